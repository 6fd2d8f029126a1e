// SPDX-License-Identifier: MIT
#include <minimq/bearssl/profile.hpp>

#include <array>
#include <cstdint>

namespace minimq::bearssl {

namespace {

constexpr std::array<std::uint16_t, 6> suites{
    BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
};

constexpr int rsa_bytes_min = 256;

void set_hash(br_ssl_client_context& client, br_x509_minimal_context& chain, int id,
              const br_hash_class& hash) {
  ::br_ssl_engine_set_hash(&client.eng, id, &hash);
  ::br_x509_minimal_set_hash(&chain, id, &hash);
}

}  // namespace

void standard_profile(br_ssl_client_context& client, br_x509_minimal_context& chain) {
  br_ssl_engine_context& engine = client.eng;
  ::br_ssl_engine_set_suites(&engine, suites.data(), suites.size());
  set_hash(client, chain, br_sha256_ID, br_sha256_vtable);
  set_hash(client, chain, br_sha384_ID, br_sha384_vtable);
  set_hash(client, chain, br_sha512_ID, br_sha512_vtable);
  ::br_ssl_engine_set_prf_sha256(&engine, &br_tls12_sha256_prf);
  ::br_ssl_engine_set_prf_sha384(&engine, &br_tls12_sha384_prf);
  ::br_ssl_engine_set_default_rsavrfy(&engine);
  ::br_ssl_engine_set_default_ecdsa(&engine);
  ::br_x509_minimal_set_rsa(&chain, ::br_ssl_engine_get_rsavrfy(&engine));
  ::br_x509_minimal_set_ecdsa(&chain, ::br_ssl_engine_get_ec(&engine),
                              ::br_ssl_engine_get_ecdsa(&engine));
  ::br_x509_minimal_set_minrsa(&chain, rsa_bytes_min);
  ::br_ssl_engine_set_default_aes_gcm(&engine);
  ::br_ssl_engine_set_default_chapol(&engine);
}

}  // namespace minimq::bearssl
