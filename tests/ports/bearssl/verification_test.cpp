// SPDX-License-Identifier: MIT
//
// Which brokers are let in. Each refusal has its own name, and leaves nothing of MQTT on the line.
#include <gtest/gtest.h>

#include "ports/bearssl/pair.hpp"

namespace minimq::testing {
namespace {

using bearssl::TlsTransport;

class BearSslVerification : public ::testing::Test {
 protected:
  // What `open` comes to with a broker that shows these certificates.
  std::string open_to(const Identity& identity, std::vector<const Identity*> more = {}) {
    TlsServer server{link_, identity, std::move(more)};
    TlsTransport client{link_, world_.config};
    const std::string outcome = open(client, server, link_, world_.broker);
    library_error_ = client.library_error();
    EXPECT_EQ(link_.is_open(), outcome == "ready");
    EXPECT_FALSE(has_application_data(link_.everything_sent())) << "nothing was written yet";
    EXPECT_EQ(outcome == "ready", library_error_ == BR_ERR_OK);
    return outcome;
  }
  std::string open_to(const Contents& contents) {
    return open_to(signed_by(world_.root, contents));
  }
  std::string open_with_names(std::vector<std::string> names) {
    return open_to({.common_name = std::string{World::host}, .dns_names = std::move(names)});
  }

  Link link_{};
  World world_{};
  int library_error_{0};
};

TEST_F(BearSslVerification, RightOneIsLetIn) {
  EXPECT_EQ(open_to(world_.broker_identity), "ready");
  EXPECT_EQ(link_.opened(), std::vector<std::string>{"broker.example.test:8883"});
}

TEST_F(BearSslVerification, NameMayBeAnyOfItsNamesInAnyCase) {
  EXPECT_EQ(open_with_names({"a.test", "BROKER.example.TEST", "b.test"}), "ready");
  EXPECT_EQ(open_with_names({"a.test", "b.test"}), "certificate_wrong_name");
  EXPECT_EQ(library_error_, BR_ERR_X509_BAD_SERVER_NAME);
  EXPECT_EQ(open_with_names({"xbroker.example.test", "broker.example.testx", "roker.example.test"}),
            "certificate_wrong_name");
  EXPECT_EQ(open_with_names({std::string{"broker.example.test\0.evil", 24}}),
            "certificate_wrong_name");
}

TEST_F(BearSslVerification, WildcardStandsForOneLabelWithTwoBehindIt) {
  EXPECT_EQ(open_with_names({"*.example.test"}), "ready");
  EXPECT_EQ(open_with_names({"*.test"}), "certificate_wrong_name");
  EXPECT_EQ(open_with_names({"b*.example.test"}), "certificate_wrong_name");
  EXPECT_EQ(open_with_names({"broker.*.test"}), "certificate_wrong_name");
  world_.broker = Broker{"example.test", 8883};
  EXPECT_EQ(open_with_names({"*.test"}), "certificate_wrong_name") << "BearSSL would let it in";
  EXPECT_EQ(open_with_names({"example.test"}), "ready");
}

TEST_F(BearSslVerification, CommonNameDoesNotCount) {
  EXPECT_EQ(open_with_names({}), "certificate_wrong_name") << "BearSSL would let it in";
}

TEST_F(BearSslVerification, AddressMatchesAnAddressAndNoName) {
  const std::string v4{"\xc0\x00\x02\x01", 4};
  std::string v6(16, '\0');
  v6[0] = '\x20';
  v6[1] = '\x01';
  v6[15] = '\x01';
  world_.broker = Broker{"192.0.2.1", 8883};
  EXPECT_EQ(open_to({.addresses = {v4}}), "ready") << "BearSSL alone could not";
  EXPECT_EQ(open_to({.addresses = {v6}}), "certificate_wrong_name");
  EXPECT_EQ(open_to({.dns_names = {"192.0.2.1"}}), "certificate_wrong_name");
  world_.broker = Broker{"2001::1", 8883};
  EXPECT_EQ(open_to({.addresses = {v4, v6}}), "ready");
  world_.broker = Broker{World::host, 8883};
  EXPECT_EQ(open_to({.addresses = {v4, v6}}), "certificate_wrong_name");
}

TEST_F(BearSslVerification, OtherNameThanTheHostMayBeAskedFor) {
  world_.config.server_name = "other.example.test";
  world_.broker = Broker{"192.0.2.1", 1};
  EXPECT_EQ(open_to(world_.broker_identity), "ready");
  EXPECT_NE(link_.everything_sent().find("other.example.test"), std::string::npos) << "SNI";
  world_.config.server_name = "third.example.test";
  EXPECT_EQ(open_to(world_.broker_identity), "certificate_wrong_name");
}

TEST_F(BearSslVerification, AddressIsNotAskedFor) {
  world_.broker = Broker{"192.0.2.1", 8883};
  EXPECT_EQ(open_to(world_.broker_identity), "certificate_wrong_name");
  EXPECT_EQ(link_.everything_sent().find("192.0.2.1"), std::string::npos);
}

TEST_F(BearSslVerification, ExpiredAndNotYetValidAreToldApart) {
  const std::vector<std::string> names{std::string{World::host}};
  EXPECT_EQ(open_to({.dns_names = names, .not_after = today - 1}), "certificate_expired");
  EXPECT_EQ(library_error_, BR_ERR_X509_EXPIRED);
  EXPECT_EQ(open_to({.dns_names = names, .not_before = today + 1}), "certificate_not_yet_valid");
  EXPECT_EQ(library_error_, BR_ERR_X509_EXPIRED);
  EXPECT_EQ(open_to({.dns_names = names, .not_before = today, .not_after = today}), "ready");
  constexpr std::int64_t year_2050 = 2'524'608'000;  // From then on the date has another form.
  EXPECT_EQ(open_to({.dns_names = names, .not_after = year_2050 + day}), "ready");
  world_.calendar.unix_time = year_2050 + 2 * day;
  EXPECT_EQ(open_to({.dns_names = names, .not_after = year_2050 + day}), "certificate_expired");
  EXPECT_EQ(open_to({.dns_names = names, .not_before = year_2050 + 3 * day}),
            "certificate_not_yet_valid");
}

TEST_F(BearSslVerification, IntermediateIsJudgedToo) {
  const std::vector<std::string> names{std::string{World::host}};
  const auto chain = [&](Contents middle) {
    const Identity intermediate = signed_by(world_.root, middle);
    return open_to(signed_by(intermediate, {.dns_names = names}), {&intermediate});
  };
  EXPECT_EQ(chain({.common_name = "middle", .is_authority = true}), "ready");
  EXPECT_EQ(chain({.common_name = "middle", .not_after = today - 1, .is_authority = true}),
            "certificate_expired");
  EXPECT_EQ(chain({.common_name = "middle", .not_before = today + 1, .is_authority = true}),
            "certificate_not_yet_valid");
  EXPECT_EQ(chain({.common_name = "middle", .is_authority = false}), "certificate_untrusted");
}

TEST_F(BearSslVerification, MissingIntermediate) {
  const Identity intermediate =
      signed_by(world_.root, {.common_name = "middle", .is_authority = true});
  EXPECT_EQ(open_to(signed_by(intermediate, {.dns_names = {std::string{World::host}}})),
            "certificate_untrusted");
}

TEST_F(BearSslVerification, SelfSignedAndUnknownAuthority) {
  const Contents contents{.dns_names = {std::string{World::host}}};
  EXPECT_EQ(open_to(self_signed(contents)), "certificate_untrusted");
  EXPECT_EQ(library_error_, BR_ERR_X509_NOT_TRUSTED);
  EXPECT_EQ(open_to(signed_by(authority("other root"), contents)), "certificate_untrusted");
  EXPECT_EQ(open_to(signed_by(authority("root"), contents)), "certificate_untrusted")
      << "the right name with another key";
}

TEST_F(BearSslVerification, SelfSignedIsLetInIfItIsItselfTheAnchor) {
  const Identity broker = self_signed({.dns_names = {std::string{World::host}}});
  world_.anchors.push_back(bearssl::trust_anchor(broker.der()).value());
  world_.config.trust_anchors = world_.anchors;
  EXPECT_EQ(open_to(broker), "ready");
  EXPECT_EQ(open_to(signed_by(broker, {.dns_names = {std::string{World::host}}})),
            "certificate_untrusted")
      << "it is no authority";
}

TEST_F(BearSslVerification, CertificateForClientsAlone) {
  EXPECT_EQ(open_to({.dns_names = {std::string{World::host}}, .is_for_clients = true}),
            "certificate_rejected");
}

TEST_F(BearSslVerification, KeyIsNotTheCertificates) {
  Identity broker = world_.broker_identity;
  broker.key = Key{};
  EXPECT_EQ(open_to(broker), "tls_error");
  EXPECT_EQ(library_error_, BR_ERR_BAD_SIGNATURE);
}

TEST_F(BearSslVerification, WithoutAnchorsOrDateNothingIsSent) {
  world_.config.trust_anchors = {};
  EXPECT_EQ(open_to(world_.broker_identity), "certificate_untrusted");
  world_.config.trust_anchors = world_.anchors;
  world_.calendar.unix_time = 0;
  EXPECT_EQ(open_to(world_.broker_identity), "certificate_not_yet_valid");
  EXPECT_EQ(library_error_, BR_ERR_X509_TIME_UNKNOWN);
  world_.config.clock = nullptr;
  EXPECT_EQ(open_to(world_.broker_identity), "certificate_not_yet_valid");
  EXPECT_TRUE(link_.opened().empty());
  EXPECT_EQ(link_.everything_sent(), "");
}

TEST_F(BearSslVerification, NoneLetsAnybodyIn) {
  world_.config.verification = tls::Verification::none_this_connection_is_not_secure;
  world_.config.trust_anchors = {};
  world_.config.clock = nullptr;
  EXPECT_EQ(open_to(self_signed({.not_after = today - 1})), "ready");
  const Identity other = authority("other root");
  EXPECT_EQ(open_to(signed_by(other, {.not_before = today + 1}), {&other}), "ready");
  Identity thief = world_.broker_identity;
  thief.key = Key{};
  EXPECT_EQ(open_to(thief), "tls_error") << "but its key must be that of its certificate";
}

TEST_F(BearSslVerification, ClientCertificate) {
  const Identity device = signed_by(world_.root, {.common_name = "device"});
  const std::array<br_x509_certificate, 1> chain{bearssl::certificate(device.der())};
  const bearssl::ClientCertificate mine{.chain = chain, .key = &device.key.secret()};
  TlsServer server{link_, world_.broker_identity};
  server.require_certificate_of(world_.root);
  const auto open_with = [&](const bearssl::ClientCertificate* certificate) {
    world_.config.client_certificate = certificate;
    TlsTransport client{link_, world_.config};
    return open(client, server, link_, world_.broker);
  };
  EXPECT_EQ(open_with(&mine), "ready") << server.error();
  const Identity strange = signed_by(authority("other root"), {.common_name = "device"});
  const std::array<br_x509_certificate, 1> strange_chain{bearssl::certificate(strange.der())};
  const bearssl::ClientCertificate wrong{.chain = strange_chain, .key = &strange.key.secret()};
  // BearSSL's server says nothing when it refuses; what others say is in handshake_test.cpp.
  EXPECT_NE(open_with(&wrong), "ready");
  EXPECT_NE(open_with(nullptr), "ready");
}

TEST_F(BearSslVerification, ProtocolIsAgreedOn) {
  const std::array<const char*, 2> offers{"other", "mqtt"};
  TlsServer server{link_, world_.broker_identity};
  {
    TlsTransport client{link_, world_.config};
    EXPECT_EQ(open(client, server, link_, world_.broker), "ready");
    EXPECT_EQ(client.alpn(), "");
  }
  server.offer_protocol("mqtt");
  world_.config.alpn = offers;
  TlsTransport client{link_, world_.config};
  EXPECT_EQ(open(client, server, link_, world_.broker), "ready");
  EXPECT_EQ(client.alpn(), "mqtt");
  client.close();
  EXPECT_EQ(client.alpn(), "");
}

TEST_F(BearSslVerification, WhatCannotBe) {
  world_.broker = Broker{"", 8883};
  EXPECT_EQ(open_to(world_.broker_identity), "transport_unsupported");
  world_.broker = Broker::parse("unix:/run/broker");
  EXPECT_EQ(open_to(world_.broker_identity), "transport_unsupported") << "no name to verify";
  world_.broker = Broker{World::host, 8883};
  world_.config.input = std::span{world_.input}.first(bearssl::input_size(512) - 1);
  EXPECT_EQ(open_to(world_.broker_identity), "tls_error");
  EXPECT_EQ(library_error_, BR_ERR_BAD_PARAM);
  world_.config.input = std::span{world_.input}.first(bearssl::input_size(512));
  world_.config.output = std::span{world_.output}.first(bearssl::output_size(512) - 1);
  EXPECT_EQ(open_to(world_.broker_identity), "tls_error");
  EXPECT_EQ(link_.everything_sent(), "");
  const std::array<const char*, 1> names{""};
  world_.config.output = {};
  world_.config.alpn = names;
  EXPECT_EQ(open_to(world_.broker_identity), "tls_error");
  world_.config.alpn = {};
  EXPECT_EQ(open_to(world_.broker_identity), "ready");
}

}  // namespace
}  // namespace minimq::testing
