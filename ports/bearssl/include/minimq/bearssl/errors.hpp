// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/error.hpp>

namespace minimq::bearssl {

/// What a code of BearSSL means. `date_error` is what BR_ERR_X509_EXPIRED is;
/// `certificate_requested`: the broker has asked for a certificate of ours.
[[nodiscard]] Error to_error(int library_error, Error date_error, bool certificate_requested);

}  // namespace minimq::bearssl
