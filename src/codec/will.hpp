// SPDX-License-Identifier: MIT
#pragma once

#include "codec/writer.hpp"
#include "minimq/config.hpp"

namespace minimq::codec {

/// The will's part of CONNECT, which is linked where a Will exists.
struct WillEncoding {
  /// Errors: config_will, config_property.
  void (*write)(Writer& writer, const Will& will);
};

}  // namespace minimq::codec
