// SPDX-License-Identifier: MIT
//
// Who is accepted and who is refused, and by what name: each port for TLS against Mosquitto. The
// table in docs/guide/tls.md says the same.
#include <algorithm>
#include <cstdio>
#include <deque>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <vector>

#include "brokers/support/mosquitto.hpp"
#include "brokers/support/reserved_port.hpp"
#include "docs/markdown.hpp"
#include "support/tls/files.hpp"
#include "tls/dial.hpp"

namespace minimq::tls_test {
namespace {

using testing::tls_file;
using testing::tls_text;

enum class Client : std::uint8_t {
  none,
  right,
  wrong
};

struct Case {
  std::string_view name;
  std::string_view certificate;  // of the broker, as in authority.py
  std::optional<Error> refused;
  std::string_view host{"localhost"};
  std::string_view server_name{};
  bool asks{false};             // The broker asks for a certificate,
  Client client{Client::none};  // and this is what it gets.
};

const std::vector<Case> cases{
    {"right", "right", {}},
    {"wrong host", "wrong_host", Error::certificate_wrong_name},
    {"expired", "expired", Error::certificate_expired},
    {"not yet valid", "not_yet_valid", Error::certificate_not_yet_valid},
    {"self-signed", "self_signed", Error::certificate_untrusted},
    {"unknown authority", "unknown_authority", Error::certificate_untrusted},
    {"*.com", "wildcard_tld", Error::certificate_wrong_name, "localhost", "broker.com"},
    {"*.example.com", "wildcard", {}, "localhost", "broker.example.com"},
    {"IP address", "ip_address", {}, "127.0.0.1"},
    {"IP address, only named", "right", Error::certificate_wrong_name, "127.0.0.1"},
    {"common name only", "common_name_only", Error::certificate_wrong_name},
    {"intermediate", "intermediate", {}},
    {"missing intermediate", "missing_intermediate", Error::certificate_untrusted},
    {"client certificate", "right", {}, "localhost", "", true, Client::right},
    {"no client certificate", "right", Error::client_certificate_refused, "localhost", "", true},
    {"wrong client certificate", "right", Error::client_certificate_refused, "localhost", "", true,
     Client::wrong},
};

/// One Mosquitto with a listener for each certificate.
class Listeners {
 public:
  explicit Listeners(posix::EventLoop& loop) : broker_{loop, settings()} {}

  [[nodiscard]] std::uint16_t port(const Case& one) const {
    const auto found = std::ranges::find_if(listeners_, [&](const Listener& listener) {
      return listener.certificate == one.certificate && listener.asks == one.asks;
    });
    return found->port.number();
  }
  [[nodiscard]] brokers::Mosquitto& broker() { return broker_; }

 private:
  struct Listener {
    Listener(std::string_view certificate_name, bool asks_for_one)
        : certificate{certificate_name}, asks{asks_for_one} {}
    std::string certificate;
    bool asks;
    brokers::ReservedPort port{};
  };

  std::string settings() {
    std::string text = "allow_anonymous true\n";
    for (const Case& one : cases) {
      if (std::ranges::any_of(listeners_, [&](const Listener& listener) {
            return listener.certificate == one.certificate && listener.asks == one.asks;
          }))
        continue;
      const Listener& listener = listeners_.emplace_back(one.certificate, one.asks);
      text += "listener " + std::to_string(listener.port.number()) + " 127.0.0.1\ncertfile " +
              tls_file(listener.certificate + ".pem") + "\nkeyfile " + tls_file("server.key") +
              "\n";
      if (one.asks) text += "cafile " + tls_file("authority.pem") + "\nrequire_certificate true\n";
    }
    return text;
  }

  std::deque<Listener> listeners_;
  brokers::Mosquitto broker_;
};

// A record of TLS 1.2 with application data would be of MQTT; before verification there is none.
bool has_application_data(std::string_view sent) {
  std::size_t at = 0;
  while (at + 5 <= sent.size()) {
    if (sent[at] == '\x17') return true;
    at += 5u + static_cast<std::size_t>(static_cast<unsigned char>(sent[at + 3]) << 8 |
                                        static_cast<unsigned char>(sent[at + 4]));
  }
  return false;
}

/// The cell of the table for that case; nothing if it has none.
std::string documented(std::string_view name, std::size_t cell) {
  for (const test::Row& row : test::table_of("docs/guide/tls.md", "the broker shows"))
    if (test::unquoted(row.front()) == name && cell < row.size()) return test::unquoted(row[cell]);
  return {};
}

class VerificationMatrix : public ::testing::TestWithParam<Column> {};

TEST_P(VerificationMatrix, AgainstMosquitto) {
  posix::EventLoop loop;
  Listeners listeners{loop};
  const Column& column = GetParam();
  std::size_t accepted = 0;
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    Dial dial{.host = std::string{one.host},
              .port = listeners.port(one),
              .server_name = std::string{one.server_name},
              .authorities = tls_text("authority.pem")};
    if (one.client != Client::none) {
      const std::string who = one.client == Client::right ? "client" : "wrong_client";
      dial.certificate = tls_text(who + ".pem");
      dial.private_key = tls_text(who + ".key");
    }
    const Dialled dialled = column.dial(dial);
    const std::string_view result =
        dialled.refused ? to_string(*dialled.refused) : std::string_view{"accepted"};
    std::printf("%-8s %-26s %s\n", column.port.data(), one.name.data(), result.data());
    EXPECT_EQ(dialled.refused, one.refused) << result << ", code " << dialled.library_error;
    EXPECT_EQ(documented(one.name, column.cell), result);
    accepted += one.refused ? 0u : 1u;
    EXPECT_EQ(dialled.sent.find("MQTT"), std::string::npos) << "plain text";
    if (!dialled.refused) {
      EXPECT_GT(dialled.offered, 0u) << "the capture sees a CONNECT where there is one";
    } else if (!(column.refused_late && one.asks)) {
      EXPECT_EQ(dialled.offered, 0u) << "a byte of CONNECT before the verification";
      // With TLS 1.3 the alert looks like application data.
      EXPECT_TRUE(column.refused_late || !has_application_data(dialled.sent));
    }
  }
  EXPECT_TRUE(listeners.broker().says("New client connected", accepted));
  EXPECT_EQ(listeners.broker().count("New client connected"), accepted);
}

INSTANTIATE_TEST_SUITE_P(Tls, VerificationMatrix, ::testing::ValuesIn(columns()),
                         [](const auto& one) { return std::string{one.param.port}; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(VerificationMatrix);

}  // namespace
}  // namespace minimq::tls_test
