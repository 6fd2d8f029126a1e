// SPDX-License-Identifier: MIT
#include <minimq/bearssl/session_store.hpp>
#include <minimq/bearssl/wipe.hpp>

#include <span>

namespace minimq::bearssl {

void SessionStore::keep(const br_ssl_engine_context& engine, std::string_view host,
                        std::int64_t valid_until) {
  ::br_ssl_engine_get_session_parameters(&engine, &parameters_);
  host_ = digest(host);
  valid_until_ = valid_until;
}

bool SessionStore::offer(br_ssl_engine_context& engine, std::string_view host,
                         std::optional<std::int64_t> now) const {
  const bool valid = !now || *now <= valid_until_;
  if (parameters_.session_id_len == 0 || !valid || digest(host) != host_) return false;
  ::br_ssl_engine_set_session_parameters(&engine, &parameters_);
  return true;
}

void SessionStore::forget() {
  wipe(std::as_writable_bytes(std::span{&parameters_, 1}));
}

SessionStore::Digest SessionStore::digest(std::string_view host) {
  Digest digest;
  br_sha256_context sha256;
  ::br_sha256_init(&sha256);
  ::br_sha256_update(&sha256, host.data(), host.size());
  ::br_sha256_out(&sha256, digest.data());
  return digest;
}

}  // namespace minimq::bearssl
