// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/bearssl/tls_transport.hpp>
#include <minimq/bearssl/trust_anchor.hpp>

#include <array>
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minimq::tls_test {

class SystemClock final : public tls::WallClock {
 public:
  std::optional<std::chrono::sys_seconds> date() override {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
};

/// The objects of a PEM text, in DER.
inline std::deque<std::string> objects(std::string_view pem) {
  std::deque<std::string> found;
  br_pem_decoder_context decoder;
  ::br_pem_decoder_init(&decoder);
  const auto append = [](void* text, const void* bytes, std::size_t size) {
    static_cast<std::string*>(text)->append(static_cast<const char*>(bytes), size);
  };
  while (!pem.empty()) {
    pem.remove_prefix(::br_pem_decoder_push(&decoder, pem.data(), pem.size()));
    if (::br_pem_decoder_event(&decoder) != BR_PEM_BEGIN_OBJ) continue;
    // What says which curve a key is on stands in the key, too.
    const bool wanted = std::string_view{::br_pem_decoder_name(&decoder)} != "EC PARAMETERS";
    std::string unwanted;
    ::br_pem_decoder_setdest(&decoder, append, wanted ? &found.emplace_back() : &unwanted);
    while (!pem.empty() && ::br_pem_decoder_event(&decoder) != BR_PEM_END_OBJ)
      pem.remove_prefix(::br_pem_decoder_push(&decoder, pem.data(), pem.size()));
  }
  return found;
}

/// What the port is told, from PEM, with the memory that it needs.
class BearSslDevice {
 public:
  explicit BearSslDevice(std::string_view authorities) : authorities_{objects(authorities)} {
    for (const std::string& der : authorities_)
      anchors_.push_back(bearssl::trust_anchor(as_bytes(der)).value());
  }

  void show(std::string_view certificates, std::string_view private_key) {
    certificates_ = objects(certificates);
    for (const std::string& der : certificates_)
      chain_.push_back(bearssl::certificate(as_bytes(der)));
    ::br_skey_decoder_init(&key_);
    for (const std::string& der : objects(private_key))
      ::br_skey_decoder_push(&key_, der.data(), der.size());
    mine_ = {.chain = chain_, .key = ::br_skey_decoder_get_ec(&key_)};
  }

  [[nodiscard]] bearssl::TlsConfig config() {
    return {.trust_anchors = anchors_,
            .clock = &clock_,
            .input = input_,
            .output = output_,
            .client_certificate = chain_.empty() ? nullptr : &mine_};
  }

 private:
  SystemClock clock_;
  std::deque<std::string> authorities_;
  std::vector<br_x509_trust_anchor> anchors_;
  std::deque<std::string> certificates_;
  std::vector<br_x509_certificate> chain_;
  br_skey_decoder_context key_{};
  bearssl::ClientCertificate mine_{};
  std::array<std::byte, bearssl::input_size(2'048)> input_{};
  std::array<std::byte, bearssl::output_size(512)> output_{};
};

}  // namespace minimq::tls_test
