// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "minimq/event.hpp"

namespace minimq {

/// When it makes sense to try again.
enum class Retry : std::uint8_t {
  soon,    ///< With exponential backoff.
  resume,  ///< At once, as long as that gets something done.
  slowly,  ///< Retrying cannot help soon: somebody has to change something.
};

[[nodiscard]] Retry retry_class(Cause cause);

}  // namespace minimq
