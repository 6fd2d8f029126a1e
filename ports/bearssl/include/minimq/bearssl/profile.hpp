// SPDX-License-Identifier: MIT
#pragma once

#include <bearssl.h>

namespace minimq::bearssl {

/// Chooses cipher suites and algorithms: sets them in both engines, which are new, and nothing
/// else. What no profile of a program names is not linked, so it decides how large TLS is; an
/// application may write its own, after the example of these.
using Profile = void (*)(br_ssl_client_context& client, br_x509_minimal_context& chain);

/// For brokers of all kinds: ECDHE with ECDSA and RSA certificates (RSA of 2048 bits or more),
/// ChaCha20-Poly1305 and AES-GCM, curves P-256, P-384, P-521 and X25519, SHA-256 to SHA-512.
void standard_profile(br_ssl_client_context& client, br_x509_minimal_context& chain);

/// For a broker of one's own: ECDHE-ECDSA with AES-128-GCM, P-256 and SHA-256 alone, in the
/// broker's certificate and those of its authorities, too.
void small_profile(br_ssl_client_context& client, br_x509_minimal_context& chain);

}  // namespace minimq::bearssl
