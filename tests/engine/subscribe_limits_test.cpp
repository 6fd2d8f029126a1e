// SPDX-License-Identifier: MIT
//
// Subscriptions that a broker does not do: refused at once, and by name where they were accepted
// before this connection.
#include <gtest/gtest.h>

#include "support/engine_script.hpp"

namespace minimq::testing {
namespace {

constexpr std::string_view no_wildcard = "20 05 01 00 02 28 00";
constexpr std::string_view no_identifier = "20 05 01 00 02 29 00";
constexpr std::string_view no_shared = "20 05 01 00 02 2A 00";
constexpr std::string_view nothing = "20 09 01 00 06 28 00 29 00 2A 00";

class SubscribeLimit : public EngineScript {
 protected:
  Result<Ticket> subscribe_as(std::uint32_t identifier, std::string_view filter = "f") {
    const TopicFilter entry{.filter = filter};
    const Property property = Property::subscription_identifier(identifier);
    return engine().subscribe({&entry, 1}, {&property, 1});
  }
};

TEST_F(SubscribeLimit, EachIsRefusedByItsName) {
  connect();
  reconnect(no_wildcard);
  EXPECT_EQ(subscribe("a/+").error(), Error::wildcard_not_supported);
  EXPECT_EQ(subscribe("#").error(), Error::wildcard_not_supported);
  EXPECT_TRUE(subscribe("$share/g/a"));
  EXPECT_TRUE(subscribe_as(1));
  reconnect(no_shared);
  EXPECT_EQ(subscribe("$share/g/a").error(), Error::shared_not_supported);
  EXPECT_TRUE(subscribe("$shared/g"));
  reconnect(no_identifier);
  EXPECT_EQ(subscribe_as(1).error(), Error::subscription_id_not_supported);
  EXPECT_TRUE(subscribe("a/#"));
}

TEST_F(SubscribeLimit, WhatWasQueuedBeforeFailsByNameAlone) {
  connect();
  lose_link();
  const Ticket wildcard = subscribe("a/#").value();
  const Ticket shared = subscribe("$share/g/a").value();
  const Ticket identified = subscribe_as(7).value();
  const Ticket plain = name('p', subscribe("f"));
  connect(nothing);
  EXPECT_EQ(outcome(wildcard), "error: wildcard_not_supported");
  EXPECT_EQ(outcome(shared), "error: shared_not_supported");
  EXPECT_EQ(outcome(identified), "error: subscription_id_not_supported");
  EXPECT_EQ(sent(), bytes("82 07 <p> 00 00 01 'f' 02"));
  EXPECT_EQ(outcome(plain), "pending");
}

TEST_F(SubscribeLimit, WhatWasSentBeforeFailsByNameAlone) {
  connect();
  const Ticket wildcard = subscribe("a/#").value();
  const Ticket plain = name('p', subscribe("f"));
  sent();
  reconnect(no_wildcard);
  EXPECT_EQ(outcome(wildcard), "error: wildcard_not_supported");
  EXPECT_EQ(sent(), bytes("82 07 <p> 00 00 01 'f' 02"));
  EXPECT_EQ(outcome(plain), "pending");
}

TEST_F(SubscribeLimit, OneOfSeveralFiltersIsEnough) {
  connect();
  lose_link();
  const std::array<TopicFilter, 3> filters{{{.filter = "a"}, {.filter = "b/+"}, {.filter = "c"}}};
  const Ticket ticket = engine().subscribe(filters, {}).value();
  connect(no_wildcard);
  EXPECT_EQ(outcome(ticket), "error: wildcard_not_supported");
  EXPECT_EQ(sent(), "");
}

TEST_F(SubscribeLimit, AnUnsubscribeMayHaveWildcards) {
  connect();
  lose_link();
  const std::string_view filter = "a/#";
  name('u', engine().unsubscribe({&filter, 1}, {}));
  connect(nothing);
  EXPECT_EQ(sent(), bytes("A2 08 <u> 00 00 03 'a/#'"));
}

TEST_F(SubscribeLimit, WhatTheBrokerDoesIsSent) {
  connect();
  lose_link();
  name('w', subscribe("a/#"));
  name('i', subscribe_as(7));
  connect(no_shared);
  EXPECT_EQ(sent(), bytes("82 09 <w> 00 00 03 'a/#' 02 82 09 <i> 02 0B 07 00 01 'f' 02"));
}

}  // namespace
}  // namespace minimq::testing
