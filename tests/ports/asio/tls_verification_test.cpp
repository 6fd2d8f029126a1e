// SPDX-License-Identifier: MIT
//
// Who is let in, and how a refusal is called: each case with TLS 1.2 and 1.3.
#include <minimq/asio/tls_transport.hpp>

#include <gtest/gtest.h>
#include <string>

#include "authority.hpp"
#include "memory_link.hpp"
#include "tls_server.hpp"

namespace minimq::asio::test {
namespace {

class TlsVerificationTest : public ::testing::TestWithParam<int> {
 protected:
  // What opening comes to with a broker that shows this; and that the broker has seen no byte of
  // MQTT if it is refused.
  Error error_of(TlsServerOptions server_options, TlsConfig config = {},
                 const std::string& host = "localhost") {
    server_options.version = GetParam();
    TlsServer server{server_options};
    MemoryLink link{server};
    if (config.authorities.empty()) config.authorities = authority().certificate;
    TlsTransport transport{link, config};
    const Error error = open_error(transport, link, {host, 8883});
    library_error_ = transport.library_error();
    verify_result_ = transport.verify_result();
    if (error != Error{}) {
      EXPECT_FALSE(write(transport, "CONNECT")) << "nothing may be written";
      EXPECT_EQ(server.received, "");
      EXPECT_EQ(link.closed, 1);
    } else {
      EXPECT_EQ(write(transport, "CONNECT"), Result<std::size_t>{7});
      EXPECT_EQ(server.received, "CONNECT");
    }
    return error;
  }
  Error error_of(const CertificateFields& fields, const std::string& host = "localhost") {
    return error_of({.identity = certified(fields)}, {}, host);
  }

  long library_error_{0};
  long verify_result_{0};
};

INSTANTIATE_TEST_SUITE_P(Version, TlsVerificationTest,
                         ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION), [](const auto& made) {
                           return made.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
                         });

TEST_P(TlsVerificationTest, TheRightCertificateIsAccepted) {
  EXPECT_EQ(error_of(CertificateFields{}), Error{});
  EXPECT_EQ(library_error_, 0);
  EXPECT_EQ(verify_result_, X509_V_OK);
}

TEST_P(TlsVerificationTest, ACertificateForAnotherHost) {
  EXPECT_EQ(error_of({.names = "DNS:elsewhere.test"}), Error::certificate_wrong_name);
  EXPECT_NE(library_error_, 0);
  EXPECT_EQ(verify_result_, X509_V_ERR_HOSTNAME_MISMATCH);
}

TEST_P(TlsVerificationTest, DatesThatAreOverOrToCome) {
  EXPECT_EQ(error_of({.valid_from_days = -3, .valid_until_days = -2}), Error::certificate_expired);
  EXPECT_EQ(error_of({.valid_from_days = 2, .valid_until_days = 3}),
            Error::certificate_not_yet_valid);
}

TEST_P(TlsVerificationTest, NobodyKnownVouchesForIt) {
  EXPECT_EQ(error_of({.identity = make_certificate({})}), Error::certificate_untrusted);
  EXPECT_EQ(error_of({.identity = certified({}, authority("another authority"))}),
            Error::certificate_untrusted);
}

TEST_P(TlsVerificationTest, TheIntermediateIsMissing) {
  const Identity between = certified({.subject = "in between", .names = "", .authority = true});
  Identity leaf = certified({}, between);
  EXPECT_EQ(error_of({.identity = leaf}), Error::certificate_untrusted);
  leaf.certificate += between.certificate;
  EXPECT_EQ(error_of({.identity = leaf}), Error{}) << "and its twin sends it";
}

TEST_P(TlsVerificationTest, AnIssuerThatIsNoAuthority) {
  const Identity impostor = certified({.subject = "an ordinary server"});
  Identity leaf = certified({}, impostor);
  leaf.certificate += impostor.certificate;
  EXPECT_EQ(error_of({.identity = leaf}), Error::certificate_rejected);
}

TEST_P(TlsVerificationTest, AWildcardStandsForOneLabelWithTwoBehindIt) {
  EXPECT_EQ(error_of({.names = "DNS:*.example.com"}, "broker.example.com"), Error{});
  EXPECT_EQ(error_of({.names = "DNS:*.example.com"}, "a.broker.example.com"),
            Error::certificate_wrong_name);
  EXPECT_EQ(error_of({.names = "DNS:*.com"}, "broker.com"), Error::certificate_wrong_name);
  EXPECT_EQ(error_of({.names = "DNS:*"}, "localhost"), Error::certificate_wrong_name);
  EXPECT_EQ(error_of({.names = "DNS:b*.example.com"}, "broker.example.com"),
            Error::certificate_wrong_name);
}

TEST_P(TlsVerificationTest, ANumericHostMustBeAmongTheAddresses) {
  EXPECT_EQ(error_of({.names = "IP:127.0.0.1"}, "127.0.0.1"), Error{});
  EXPECT_EQ(error_of({.names = "IP:127.0.0.2"}, "127.0.0.1"), Error::certificate_wrong_name);
  EXPECT_EQ(error_of({.names = "DNS:127.0.0.1"}, "127.0.0.1"), Error::certificate_wrong_name);
  EXPECT_EQ(error_of({.names = "IP:fe80::1"}, "fe80::1%eth0"), Error{});
}

TEST_P(TlsVerificationTest, TheCommonNameDoesNotCount) {
  EXPECT_EQ(error_of({.subject = "localhost", .names = ""}), Error::certificate_wrong_name);
}

TEST_P(TlsVerificationTest, ADotAtTheEndOfTheHostDoesNotCount) {
  EXPECT_EQ(error_of({.names = "DNS:broker.test"}, "broker.test."), Error{});
}

TEST_P(TlsVerificationTest, AnotherNameThanTheHostMayBeVerified) {
  const TlsServerOptions server{.identity = certified({.names = "DNS:broker.test"})};
  EXPECT_EQ(error_of(server), Error::certificate_wrong_name);
  EXPECT_EQ(error_of(server, {.server_name = "broker.test"}), Error{});
}

TEST_P(TlsVerificationTest, WithoutAuthoritiesTheSystemsStoreCounts) {
  TlsServer server{{.identity = certified(), .version = GetParam()}};
  MemoryLink link{server};
  TlsTransport tls{link};
  EXPECT_EQ(open_error(tls, link), Error::certificate_untrusted)
      << "the system does not know the authority of this test";
}

TEST_P(TlsVerificationTest, SwitchedOffEverybodyIsLetIn) {
  const TlsConfig config{.verification = tls::Verification::none_this_connection_is_not_secure};
  EXPECT_EQ(error_of({.identity = make_certificate({.names = "DNS:elsewhere.test"})}, config),
            Error{});
}

TEST_P(TlsVerificationTest, TheClientsOwnCertificate) {
  const Identity own = certified({.subject = "device", .names = ""});
  const Identity wrong =
      certified({.subject = "device", .names = ""}, authority("another authority"));
  const TlsServerOptions server_options{
      .identity = certified(), .client_authority = authority().certificate, .version = GetParam()};
  // With TLS 1.3 the broker refuses it after the handshake.
  const auto error_with = [&](const Identity& identity) {
    TlsServer server{server_options};
    MemoryLink link{server};
    TlsTransport tls{link,
                     {.authorities = authority().certificate,
                      .certificate = identity.certificate,
                      .private_key = identity.key}};
    const Error error = open_error(tls, link);
    if (error != Error{}) return error;
    static_cast<void>(write(tls, "CONNECT"));
    const auto text = read(tls);
    EXPECT_EQ(server.received, text ? "CONNECT" : "");
    return text ? Error{} : text.error();
  };
  EXPECT_EQ(error_with(own), Error{});
  EXPECT_EQ(error_with(wrong), Error::client_certificate_refused);
  EXPECT_EQ(error_with({}), Error::client_certificate_refused) << "one is wanted";
}

TEST_P(TlsVerificationTest, APreSharedKey) {
  const TlsServerOptions server{.psk_identity = "device", .psk = as_bytes("0123456789abcdef")};
  const auto key = [](std::string_view text) { return as_bytes(text); };
  EXPECT_EQ(error_of(server, {.psk_identity = "device", .psk = key("0123456789abcdef")}), Error{});
  EXPECT_EQ(error_of(server, {.psk_identity = "device", .psk = key("0123456789abcdee")}),
            Error::tls_error);
  EXPECT_NE(error_of(server, {.psk_identity = "devise", .psk = key("0123456789abcdef")}), Error{});
}

TEST_P(TlsVerificationTest, WithAPreSharedKeyNoCertificateIsAccepted) {
  const Error error = error_of({.identity = certified()},
                               {.psk_identity = "device", .psk = as_bytes("0123456789abcdef")});
  EXPECT_EQ(error, GetParam() == TLS1_3_VERSION ? Error::certificate_untrusted : Error::tls_error);
}

}  // namespace
}  // namespace minimq::asio::test
