// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/bytes.hpp>

#include <bearssl.h>
#include <optional>

namespace minimq::bearssl {

/// An authority to trust, from its certificate in DER (`openssl x509 -outform der`). Nothing is
/// copied: the result refers to `der`, which must outlive it and may lie in flash.
///
/// A certificate of an authority vouches for those it has signed; any other one, such as that of a
/// broker that signed its own, for itself alone. It is trusted as it is: its dates and its own
/// signature are not looked at. Nothing: not a certificate, or its key is neither RSA nor on the
/// curves P-256, P-384 and P-521.
[[nodiscard]] std::optional<br_x509_trust_anchor> trust_anchor(Bytes der);

/// A certificate of a chain of our own, for ClientCertificate. It refers to `der`.
[[nodiscard]] inline br_x509_certificate certificate(Bytes der) {
  // BearSSL declares it so, but does not write to it.
  return {.data = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(der.data())),
          .data_len = der.size()};
}

}  // namespace minimq::bearssl
