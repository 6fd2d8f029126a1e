// SPDX-License-Identifier: MIT
#include <minimq/bearssl/tls_config.hpp>

namespace minimq::bearssl {

void install_client_certificate(br_ssl_client_context& client,
                                const ClientCertificate& certificate) {
  // The type of the issuer's key matters for static ECDH alone, which is not used.
  ::br_ssl_client_set_single_ec(
      &client, certificate.chain.data(), certificate.chain.size(), certificate.key, BR_KEYTYPE_SIGN,
      BR_KEYTYPE_EC, ::br_ssl_engine_get_ec(&client.eng), ::br_ecdsa_sign_asn1_get_default());
}

}  // namespace minimq::bearssl
