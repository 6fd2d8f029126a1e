// SPDX-License-Identifier: MIT
//
// The exchange of RFC 7677, section 3, and what a client must not accept.
#include "support/scram_sha_256.hpp"

#include <gtest/gtest.h>
#include <string>
#include <string_view>

namespace example {
namespace {

constexpr std::string_view our_nonce = "rOprNGfwEbeRWgbNEkqO";
constexpr std::string_view server_first =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
constexpr std::string_view client_final =
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
constexpr std::string_view server_final = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

class FixedNonce final : public ScramSha256 {
 public:
  explicit FixedNonce(std::string_view user = "user", std::string_view password = "pencil")
      : ScramSha256{user, password} {}
  std::string nonce{our_nonce};

 protected:
  [[nodiscard]] std::string make_nonce() override { return nonce; }
};

std::string text(const minimq::Result<minimq::Bytes>& bytes) {
  return bytes ? std::string{minimq::as_text(*bytes)} : "refused";
}
std::string challenged(FixedNonce& scram, std::string_view first) {
  return text(scram.challenge(minimq::as_bytes(first)));
}
bool finished(FixedNonce& scram, std::string_view last) {
  return scram.finish(minimq::as_bytes(last));
}

TEST(ScramSha256, TheExchangeOfTheRfc) {
  FixedNonce scram;
  EXPECT_EQ(scram.method(), "SCRAM-SHA-256");
  EXPECT_EQ(text(scram.begin()), "n,,n=user,r=" + std::string{our_nonce});
  EXPECT_EQ(challenged(scram, server_first), client_final);
  EXPECT_TRUE(finished(scram, server_final));
  EXPECT_EQ(text(scram.begin()), "n,,n=user,r=" + std::string{our_nonce}) << "and again";
  EXPECT_EQ(challenged(scram, server_first), client_final);
  EXPECT_TRUE(finished(scram, server_final));
}

TEST(ScramSha256, AnotherPasswordGivesAnotherProof) {
  FixedNonce scram{"user", "pencils"};
  ASSERT_TRUE(scram.begin());
  EXPECT_NE(challenged(scram, server_first), client_final);
  EXPECT_FALSE(finished(scram, server_final));
}

TEST(ScramSha256, ABrokerWithoutTheRightSignatureIsNotAccepted) {
  for (const std::string_view last :
       {"v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "v=6rriTRBi23WpRR/wtup+",
        "v=", "e=invalid-proof", "", "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4"}) {
    FixedNonce scram;
    ASSERT_TRUE(scram.begin());
    ASSERT_EQ(challenged(scram, server_first), client_final);
    EXPECT_FALSE(finished(scram, last)) << last;
  }
}

TEST(ScramSha256, ABrokerThatAsksNothingIsNotAccepted) {
  FixedNonce scram;
  ASSERT_TRUE(scram.begin());
  EXPECT_FALSE(finished(scram, server_final));
  ASSERT_TRUE(scram.begin());
  ASSERT_EQ(challenged(scram, server_first), client_final);
  ASSERT_TRUE(scram.begin());
  EXPECT_FALSE(finished(scram, server_final)) << "the signature is of the exchange before";
}

TEST(ScramSha256, TheBrokerAsksOnce) {
  FixedNonce scram;
  ASSERT_TRUE(scram.begin());
  ASSERT_EQ(challenged(scram, server_first), client_final);
  EXPECT_EQ(challenged(scram, server_first), "refused");
}

TEST(ScramSha256, WhatIsNoChallengeIsRefused) {
  for (const std::string_view first : {
           "", "r=", "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
           "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",    // adds no nonce
           "r=rOprNGfwEbeRWgbNEkqPxx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",  // another nonce
           "r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096",                           // no salt
           "r=rOprNGfwEbeRWgbNEkqOx,s=W22,i=4096",                        // no base64
           "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==",          // no count
           "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095",   // too easy
           "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1000001",
           "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999999999999999",
           "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096x",
           "m=x,r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",  // an extension
       }) {
    FixedNonce scram;
    ASSERT_TRUE(scram.begin());
    EXPECT_EQ(challenged(scram, first), "refused") << first;
  }
}

TEST(ScramSha256, ANameIsEscaped) {
  FixedNonce scram{"a=b,c", "p"};
  EXPECT_EQ(text(scram.begin()), "n,,n=a=3Db=2Cc,r=" + std::string{our_nonce});
}

TEST(ScramSha256, NamesThatWouldHaveToBePreparedAreRefused) {
  EXPECT_EQ(text(FixedNonce("\xC3\xA4", "p").begin()), "refused");
  EXPECT_EQ(text(FixedNonce("a", "\x01").begin()), "refused");
}

TEST(ScramSha256, WithoutANonceThereIsNoExchange) {
  FixedNonce scram;
  scram.nonce.clear();
  EXPECT_EQ(text(scram.begin()), "refused");
}

TEST(ScramSha256, EachExchangeHasItsNonce) {
  ScramSha256 scram{"user", "pencil"};
  const std::string first = text(scram.begin());
  EXPECT_EQ(first.size(), std::string_view{"n,,n=user,r="}.size() + 24);
  EXPECT_NE(text(scram.begin()), first);
}

}  // namespace
}  // namespace example
