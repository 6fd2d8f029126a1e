// SPDX-License-Identifier: MIT
#include <minimq/bearssl/profile.hpp>

#include <cstdint>

namespace minimq::bearssl {

namespace {

#if defined(__arm__) && defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M' && \
    !defined(__ARM_FEATURE_DSP)
// Cortex-M0 to M3: no multiplication to 64 bits, or one whose time depends on the numbers.
constexpr const br_ec_impl& curve = br_ec_p256_m15;
constexpr br_ecdsa_vrfy verify = br_ecdsa_i15_vrfy_asn1;
constexpr br_ghash ghash = br_ghash_ctmul32;
#else  // Cortex-M4, M7, M33: three to four times as quick.
constexpr const br_ec_impl& curve = br_ec_p256_m31;
constexpr br_ecdsa_vrfy verify = br_ecdsa_i31_vrfy_asn1;
constexpr br_ghash ghash = br_ghash_ctmul;
#endif

}  // namespace

void small_profile(br_ssl_client_context& client, br_x509_minimal_context& chain) {
  constexpr std::uint16_t suite = BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
  br_ssl_engine_context& engine = client.eng;
  ::br_ssl_engine_set_suites(&engine, &suite, 1);
  ::br_ssl_engine_set_hash(&engine, br_sha256_ID, &br_sha256_vtable);
  ::br_x509_minimal_set_hash(&chain, br_sha256_ID, &br_sha256_vtable);
  ::br_ssl_engine_set_prf_sha256(&engine, &br_tls12_sha256_prf);
  ::br_ssl_engine_set_ec(&engine, &curve);
  ::br_ssl_engine_set_ecdsa(&engine, verify);
  ::br_x509_minimal_set_ecdsa(&chain, &curve, verify);
  ::br_ssl_engine_set_gcm(&engine, &br_sslrec_in_gcm_vtable, &br_sslrec_out_gcm_vtable);
  ::br_ssl_engine_set_aes_ctr(&engine, &br_aes_ct_ctr_vtable);
  ::br_ssl_engine_set_ghash(&engine, ghash);
}

}  // namespace minimq::bearssl
