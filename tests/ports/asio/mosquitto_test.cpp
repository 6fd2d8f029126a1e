// SPDX-License-Identifier: MIT
//
// The verification matrix against a real Mosquitto, and sessions that it takes up again.
#include "brokers/support/mosquitto.hpp"

#include <minimq/asio/async_session.hpp>
#include <minimq/asio/tcp_transport.hpp>
#include <minimq/asio/tls_transport.hpp>

#include <array>
#include <asio/io_context.hpp>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <vector>

#include "brokers/support/reserved_port.hpp"
#include "support/tls/files.hpp"

namespace minimq::asio::test {
namespace {

using testing::tls_file;
using testing::tls_text;
using Kind = Event::Kind;

// What a broker shows, what the client asks for, and what comes of it.
struct Case {
  const char* certificate;
  const char* host{"localhost"};
  const char* server_name{""};
  const char* client{nullptr};  // its certificate, where the broker wants one
  Error error{};
};
constexpr Case matrix[] = {
    {.certificate = "right"},
    {.certificate = "wrong_host", .error = Error::certificate_wrong_name},
    {.certificate = "expired", .error = Error::certificate_expired},
    {.certificate = "not_yet_valid", .error = Error::certificate_not_yet_valid},
    {.certificate = "self_signed", .error = Error::certificate_untrusted},
    {.certificate = "unknown_authority", .error = Error::certificate_untrusted},
    {.certificate = "wildcard_tld",
     .server_name = "broker.com",
     .error = Error::certificate_wrong_name},
    {.certificate = "wildcard", .server_name = "broker.example.com"},
    {.certificate = "ip_address", .host = "127.0.0.1"},
    {.certificate = "ip_address", .error = Error::certificate_wrong_name},
    {.certificate = "common_name_only", .error = Error::certificate_wrong_name},
    {.certificate = "intermediate"},
    {.certificate = "missing_intermediate", .error = Error::certificate_untrusted},
    {.certificate = "right", .client = "client"},
    {.certificate = "right", .client = "wrong_client", .error = Error::client_certificate_refused},
    {.certificate = "right", .client = "", .error = Error::client_certificate_refused},
};

// The lines of a listener's configuration behind the first.
std::string settings_of(const Case& one) {
  std::string lines = "certfile " + tls_file(std::string{one.certificate} + ".pem") + "\nkeyfile " +
                      tls_file("server.key") + "\n";
  if (one.client != nullptr)
    lines += "cafile " + tls_file("authority.pem") + "\nrequire_certificate true\n";
  return lines;
}

class MosquittoTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  // One broker with a listener for each case.
  void start() {
    std::string settings = "allow_anonymous true\n" + settings_of(matrix[0]);
    for (std::size_t i = 1; i < std::size(matrix); ++i) {
      settings += "listener " + std::to_string(ports_[i].number()) + " 127.0.0.1\n" +
                  settings_of(matrix[i]);
    }
    mosquitto_.emplace(loop_, settings);
  }
  // The error of the first attempt, or Error{} if it was online.
  Error attempt(const Case& one, std::uint16_t port) {
    const std::string client = one.client != nullptr ? one.client : "";
    const std::string authorities = tls_text("authority.pem");
    const std::string own = client.empty() ? "" : tls_text(client + ".pem");
    const std::string key = client.empty() ? "" : tls_text(client + ".key");
    TlsTransport tls{tcp_,
                     {.authorities = authorities,
                      .certificate = own,
                      .private_key = key,
                      .server_name = one.server_name,
                      .minimum_version = GetParam(),
                      .maximum_version = GetParam()}};
    Session session{{.broker = {one.host, port},
                     .client_id = "device",
                     .buffers = Buffers::split(storage_, 256)},
                    tls};
    AsyncSession async{session, context_};
    std::optional<Error> error;
    async.async_poll([&](std::error_code, const Event& event) {
      error = event.kind() == Kind::connected ? Error{} : event.cause().error;
      EXPECT_EQ(tls.library_error() != 0, *error != Error{});
    });
    context_.restart();
    while (!error)
      context_.run_one();
    return *error;
  }

  posix::EventLoop loop_;  // of the process alone
  ::asio::io_context context_;
  TcpTransport tcp_{context_};
  std::array<std::byte, 1024> storage_{};
  std::array<brokers::ReservedPort, std::size(matrix)> ports_;
  std::optional<brokers::Mosquitto> mosquitto_;
};

INSTANTIATE_TEST_SUITE_P(Version, MosquittoTest,
                         ::testing::Values(TlsVersion::tls_1_2, TlsVersion::tls_1_3),
                         [](const auto& made) {
                           return made.param == TlsVersion::tls_1_2 ? "Tls12" : "Tls13";
                         });

TEST_P(MosquittoTest, EachCertificateIsAcceptedOrRefusedByName) {
  start();
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < std::size(matrix); ++i) {
    const Case& one = matrix[i];
    SCOPED_TRACE(std::string{one.certificate} + " for " + one.host + one.server_name +
                 (one.client != nullptr ? std::string{", client "} + one.client : ""));
    EXPECT_EQ(to_string(attempt(one, i == 0 ? mosquitto_->port() : ports_[i].number())),
              to_string(one.error));
    if (one.error == Error{}) ++accepted;
  }
  EXPECT_TRUE(mosquitto_->says(" as device ", accepted));
  EXPECT_EQ(mosquitto_->count(" as device "), accepted) << "nobody else has sent CONNECT";
}

TEST_P(MosquittoTest, ReconnectsTakeUpTheSession) {
  start();
  const std::string authorities = tls_text("authority.pem");
  TlsTransport tls{
      tcp_,
      {.authorities = authorities, .minimum_version = GetParam(), .maximum_version = GetParam()}};
  Session session{{.broker = {"localhost", mosquitto_->port()},
                   .client_id = "device",
                   .buffers = Buffers::split(storage_, 256)},
                  tls};
  for (std::uint32_t i = 0; i < 4; ++i) {
    AsyncSession async{session, context_};
    std::optional<Kind> kind;
    async.async_poll([&](std::error_code, const Event& event) { kind = event.kind(); });
    context_.restart();
    while (!kind)
      context_.run_one();
    EXPECT_EQ(*kind, i == 0 ? Kind::connected : Kind::reconnected);
    EXPECT_EQ(tls.handshakes().full, 1u);
    EXPECT_EQ(tls.handshakes().resumed, i);
    ASSERT_TRUE(session.reconnect_now());
  }
}

}  // namespace
}  // namespace minimq::asio::test
