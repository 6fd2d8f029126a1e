// SPDX-License-Identifier: MIT
#include <minimq/bearssl/tls_config.hpp>

namespace minimq::bearssl {

namespace {

br_ecdsa_sign signature() {
#if defined(__arm__) && defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M' && \
    !defined(__ARM_FEATURE_DSP)
  return &br_ecdsa_i15_sign_asn1;  // As small_profile does.
#else
  return &br_ecdsa_i31_sign_asn1;
#endif
}

}  // namespace

void install_client_certificate(br_ssl_client_context& client,
                                const ClientCertificate& certificate) {
  // The type of the issuer's key matters for static ECDH alone, which is not used.
  ::br_ssl_client_set_single_ec(&client, certificate.chain.data(), certificate.chain.size(),
                                certificate.key, BR_KEYTYPE_SIGN, BR_KEYTYPE_EC,
                                ::br_ssl_engine_get_ec(&client.eng), signature());
}

}  // namespace minimq::bearssl
