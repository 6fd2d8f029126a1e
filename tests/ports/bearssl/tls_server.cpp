// SPDX-License-Identifier: MIT
#include "ports/bearssl/tls_server.hpp"

#include <minimq/bearssl/trust_anchor.hpp>
#include <minimq/bearssl/wipe.hpp>

#include <algorithm>
#include <gtest/gtest.h>
#include <span>

namespace minimq::testing {

TlsServer::TlsServer(Link& link, const Identity& identity, std::vector<const Identity*> more)
    : link_{link}, identity_{identity} {
  chain_.push_back(bearssl::certificate(identity.der()));
  for (const Identity* one : more)
    chain_.push_back(bearssl::certificate(one->der()));
  forget_sessions();
}

void TlsServer::require_certificate_of(const Identity& authority) {
  clients_ = &authority;
  anchor_ = bearssl::trust_anchor(authority.der()).value();
}

void TlsServer::forget_sessions() {
  ::br_ssl_session_cache_lru_init(&cache_, sessions_.data(), sessions_.size());
}

void TlsServer::accept() {
  ::br_ssl_server_init_full_ec(&server_, chain_.data(), chain_.size(), BR_KEYTYPE_EC,
                               &identity_.key.secret());
  ::br_ssl_engine_set_buffer(&engine(), buffer_.data(), buffer_.size(), 1);
  ::br_ssl_server_set_cache(&server_, &cache_.vtable);
  if (protocol_ != nullptr) ::br_ssl_engine_set_protocol_names(&engine(), &protocol_, 1);
  if (clients_ != nullptr) {
    ::br_ssl_engine_set_default_ecdsa(&engine());
    ::br_x509_minimal_init_full(&client_chain_, &anchor_, 1);
    ::br_x509_minimal_set_time(&client_chain_, static_cast<std::uint32_t>(719'528 + today / day),
                               1);
    ::br_ssl_engine_set_x509(&engine(), &client_chain_.vtable);
    ::br_ssl_server_set_trust_anchor_names_alt(&server_, &anchor_, 1);
  }
  const unsigned seed = ++connections_;
  ::br_ssl_engine_inject_entropy(&engine(), &seed, sizeof seed);
  ASSERT_EQ(::br_ssl_server_reset(&server_), 1);
  input_.clear();
  waiting_.clear();
  received_.clear();
}

bool TlsServer::run() {
  bool any = send_waiting();
  std::size_t size = 0;
  if (const unsigned char* record = ::br_ssl_engine_sendrec_buf(&engine(), &size)) {
    link_.send_to_client({reinterpret_cast<const char*>(record), size});
    ::br_ssl_engine_sendrec_ack(&engine(), size);
    any = true;
  }
  input_ += link_.take_from_client();
  if (unsigned char* space = ::br_ssl_engine_recvrec_buf(&engine(), &size);
      space != nullptr && !input_.empty()) {
    size = std::min(size, input_.size());
    std::copy_n(input_.begin(), size, space);
    input_.erase(0, size);
    ::br_ssl_engine_recvrec_ack(&engine(), size);
    any = true;
  }
  if (const unsigned char* text = ::br_ssl_engine_recvapp_buf(&engine(), &size)) {
    received_ += std::string{reinterpret_cast<const char*>(text), size};
    ::br_ssl_engine_recvapp_ack(&engine(), size);
    any = true;
  }
  return any;
}

bool TlsServer::send_waiting() {
  if (waiting_.empty()) return false;
  std::size_t size = 0;
  unsigned char* space = ::br_ssl_engine_sendapp_buf(&engine(), &size);
  if (space == nullptr) return false;
  std::string& text = waiting_.front();
  size = std::min(size, text.size());
  std::copy_n(text.begin(), size, space);
  if (size != 0) ::br_ssl_engine_sendapp_ack(&engine(), size);
  ::br_ssl_engine_flush(&engine(), 1);
  text.erase(0, size);
  if (text.empty()) waiting_.erase(waiting_.begin());
  return true;
}

void TlsServer::send(std::string_view text) {
  waiting_.emplace_back(text);
}

std::string TlsServer::seal(std::string_view text) {
  send(text);
  EXPECT_TRUE(send_waiting());
  std::size_t size = 0;
  const unsigned char* record = ::br_ssl_engine_sendrec_buf(&engine(), &size);
  const std::string bytes{reinterpret_cast<const char*>(record), size};
  ::br_ssl_engine_sendrec_ack(&engine(), size);
  return bytes;
}

void TlsServer::say_goodbye() {
  ::br_ssl_engine_close(&engine());
}

void TlsServer::forget_connection(br_ssl_session_parameters& session) {
  ::br_ssl_engine_get_session_parameters(&engine(), &session);
  bearssl::wipe(std::as_writable_bytes(std::span{&server_, 1}));
  bearssl::wipe(std::as_writable_bytes(std::span{sessions_}));
  bearssl::wipe(std::as_writable_bytes(std::span{buffer_}));
}

void TlsServer::renegotiate() {
  EXPECT_EQ(::br_ssl_engine_renegotiate(&engine()), 1);
}

}  // namespace minimq::testing
