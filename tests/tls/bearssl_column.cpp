// SPDX-License-Identifier: MIT
#if defined(MINIMQ_WITH_BEARSSL)
#include <minimq/bearssl/tls_transport.hpp>
#include <minimq/bearssl/trust_anchor.hpp>

#include <chrono>
#include <deque>

#include "tls/over_posix.hpp"

namespace minimq::tls_test {

namespace {

class SystemClock final : public tls::WallClock {
 public:
  std::optional<std::chrono::sys_seconds> date() override {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
};

// The objects of a PEM text, in DER.
std::deque<std::string> objects(std::string_view pem) {
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

}  // namespace

Dialled dial_bearssl(const Dial& dial) {
  SystemClock clock;
  const std::deque<std::string> authorities = objects(dial.authorities);
  std::vector<br_x509_trust_anchor> anchors;
  for (const std::string& der : authorities)
    anchors.push_back(bearssl::trust_anchor(as_bytes(der)).value());

  const std::deque<std::string> certificates = objects(dial.certificate);
  std::vector<br_x509_certificate> chain;
  for (const std::string& der : certificates)
    chain.push_back(bearssl::certificate(as_bytes(der)));
  br_skey_decoder_context key;
  ::br_skey_decoder_init(&key);
  for (const std::string& der : objects(dial.private_key))
    ::br_skey_decoder_push(&key, der.data(), der.size());
  const bearssl::ClientCertificate mine{.chain = chain, .key = ::br_skey_decoder_get_ec(&key)};

  std::array<std::byte, bearssl::input_size(2'048)> input;
  std::array<std::byte, bearssl::output_size(512)> output;
  const bearssl::TlsConfig config{
      .trust_anchors = anchors,
      .clock = &clock,
      .input = input,
      .output = output,
      .client_certificate = chain.empty() ? nullptr : &mine,
      .server_name = dial.server_name,
  };
  return dial_over_posix(dial,
                         [&](Transport& lower) { return bearssl::TlsTransport{lower, config}; });
}

}  // namespace minimq::tls_test
#endif
