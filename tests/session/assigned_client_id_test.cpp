// SPDX-License-Identifier: MIT
//
// A client id that the broker assigned, and the session that is resumed with it.
#include <array>
#include <gtest/gtest.h>

#include "support/script.hpp"

namespace minimq::testing {
namespace {

class AssignedId : public ::testing::Test {
 protected:
  Script& script() {
    if (!script_) script_.emplace(config_);
    return *script_;
  }
  static ConnackFields assigns(std::string_view id) {
    return {.properties = {assigned_client_identifier(id)}};
  }
  void lose_link() {
    script().cut();
    script().expect_event("disconnected *");
    script().advance(1s);
  }

  std::array<char, 8> storage_{};
  AssignedClientId kept_{storage_};
  Extras extras_{.assigned_client_id = &kept_};
  Config config_{.client_id = "", .extras = &extras_};
  std::optional<Script> script_;
};

TEST_F(AssignedId, IsUsedFromThenOn) {
  EXPECT_EQ(script().connect(assigns("broker-1")).client_id, "");
  EXPECT_EQ(kept_.view(), "broker-1") << "[MQTT-3.2.2-16]";
  lose_link();
  const ClientPacket connect = script().connect({.session_present = true});
  EXPECT_EQ(connect.client_id, "broker-1") << "[MQTT-3.2.2-16] [MQTT-3.1.3-2]";
  EXPECT_FALSE(connect.clean_start);
}

TEST_F(AssignedId, WhatWasInFlightIsSentAgainInTheSameSession) {
  script().connect(assigns("b"));
  ASSERT_TRUE(script().session().publish({.topic = "a", .qos = QoS::at_least_once}));
  script().expect("PUBLISH q1 d0 *");
  lose_link();
  script().connect({.session_present = true});
  script().expect("PUBLISH q1 d1 *");
}

TEST_F(AssignedId, WithoutStorageEachConnectionIsANewSession) {
  config_.extras = nullptr;
  script().connect(assigns("b"));
  lose_link();
  EXPECT_EQ(script().connect(assigns("c")).client_id, "");
}

TEST_F(AssignedId, OneFromBeforeARestartIsUsedAtOnce) {
  constexpr std::string_view before = "old-id";
  std::ranges::copy(before, storage_.begin());
  AssignedClientId restored{storage_, before.size()};
  extras_.assigned_client_id = &restored;
  config_.clean_start = false;
  config_.adopt_session = true;
  const ClientPacket connect = script().go_online({.session_present = true});
  EXPECT_EQ(connect.client_id, "old-id");
  EXPECT_FALSE(connect.clean_start);
}

TEST_F(AssignedId, OneOfTheWholeSizeFits) {
  script().connect(assigns("12345678"));
  EXPECT_EQ(kept_.view(), "12345678");
}

TEST_F(AssignedId, OneThatDoesNotFitIsRefusedByName) {
  script().go_online(assigns("123456789"));
  script().expect_event("disconnected assigned_client_id_too_long *");
  EXPECT_EQ(kept_.view(), "");
  EXPECT_GE(script().next_deadline(), 15min);
  // The session is as good as before.
  ASSERT_TRUE(script().session().reconnect_now());
  EXPECT_EQ(script().connect(assigns("short")).client_id, "");
  EXPECT_EQ(kept_.view(), "short");
}

TEST_F(AssignedId, TheConfigurationsOwnIdStays) {
  config_.client_id = "mine";
  script().connect(assigns("broker-1"));
  EXPECT_EQ(kept_.view(), "");
  lose_link();
  EXPECT_EQ(script().connect({.session_present = true}).client_id, "mine");
}

TEST_F(AssignedId, ABrokerThatAssignsNoneBreaksTheProtocol) {
  script().go_online();
  script().expect_event("disconnected protocol_error 0x82");
}

}  // namespace
}  // namespace minimq::testing
