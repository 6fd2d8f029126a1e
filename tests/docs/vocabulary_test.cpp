// SPDX-License-Identifier: MIT
//
// The tables of events, of retries and of shortages in the documents name what there is.
#include <minimq/event.hpp>
#include <minimq/reason.hpp>

#include <cstddef>
#include <gtest/gtest.h>
#include <set>
#include <string>

#include "docs/markdown.hpp"
#include "session/retry.hpp"

namespace minimq::test {
namespace {

constexpr const char* reconnecting = "docs/guide/reconnecting.md";

std::string retry_name(Retry retry) {
  switch (retry) {
    case Retry::soon: return "soon";
    case Retry::resume: return "at once";
    case Retry::slowly: return "slowly";
  }
  return "unknown";
}

TEST(ReadmeEvents, EveryKindHasItsRow) {
  std::set<std::string> claimed;
  for (const Row& row : table_of("README.md", "event"))
    claimed.insert(unquoted(row.front()));
  std::set<std::string> real;
  for (int kind = 0; to_string(static_cast<Event::Kind>(kind)) != "unknown"; ++kind)
    real.emplace(to_string(static_cast<Event::Kind>(kind)));
  EXPECT_EQ(claimed, real);
  EXPECT_EQ(real.size(), 8u);
}

TEST(GuideToReconnecting, EachReasonCodeIsRetriedAsItsRowSays) {
  std::set<int> named;
  for (const Row& row : table_of(reconnecting, "the broker said")) {
    const int code = std::stoi(row.front().substr(0, 4), nullptr, 16);
    const auto reason = static_cast<ReasonCode>(code);
    EXPECT_EQ(row.front().substr(5), to_string(reason));
    EXPECT_EQ(row.at(1), retry_name(retry_class({Error::connection_refused, reason})));
    EXPECT_EQ(row.at(1), retry_name(retry_class({Error::disconnected_by_broker, reason})));
    named.insert(code);
  }
  EXPECT_FALSE(named.empty());
  for (int code = 0x80; code <= 0xFF; ++code) {  // Success has no row.
    const auto reason = static_cast<ReasonCode>(code);
    const bool soon = retry_class({Error::connection_refused, reason}) == Retry::soon;
    EXPECT_TRUE(!soon || named.contains(code)) << to_string(reason) << " is retried soon";
  }
}

TEST(GuideToReconnecting, EachErrorIsRetriedAsItsRowSays) {
  std::set<std::string> named;
  for (const Row& row : table_of(reconnecting, "the error")) {
    int matches = 0;
    for (int number = 1; number < 256; ++number) {
      const auto error = static_cast<Error>(number);
      if (to_string(error) != unquoted(row.front())) continue;
      EXPECT_EQ(row.at(1), retry_name(retry_class({.error = error}))) << row.front();
      ++matches;
    }
    EXPECT_EQ(matches, 1) << row.front();
    named.insert(unquoted(row.front()));
  }
  for (int number = 96; number < 160; ++number) {  // Those of the link and of the peer.
    const auto name = std::string{to_string(static_cast<Error>(number))};
    const bool by_reason = name == "connection_refused" || name == "disconnected_by_broker";
    EXPECT_TRUE(name == "unknown" || by_reason || named.contains(name)) << name;
  }
}

}  // namespace
}  // namespace minimq::test
