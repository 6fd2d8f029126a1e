// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/minimq.hpp>

#include <array>

#include "fuzz/input.hpp"
#include "fuzz/memory.hpp"

namespace minimq::fuzz {

/// Answers every challenge with what it was asked; refuses what begins with an X.
class EchoAuthenticator final : public Authenticator {
 public:
  [[nodiscard]] std::string_view method() const override { return "M"; }
  [[nodiscard]] Result<Bytes> begin() override { return as_bytes("hello"); }
  [[nodiscard]] Result<Bytes> challenge(Bytes data) override;
  [[nodiscard]] bool finish(Bytes data) override;

 private:
  std::array<std::byte, 16> answer_{};
};

/// A configuration that follows from six bytes of the input, with all that it refers to. It is
/// always a valid one.
class Setup {
 public:
  explicit Setup(Input& input);
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] Memory& rx() { return rx_; }
  [[nodiscard]] bool has_aliases() const { return extras_.inbound_aliases != nullptr; }

 private:
  void choose_behaviour(unsigned bits);
  void choose_extras(unsigned bits);

  Config config_{.broker = Broker{"broker", 1883}};
  std::array<Broker, 1> more_brokers_{Broker{"other", 1883}};
  Memory rx_;
  Memory tx_{0};
  Memory stores_{96};
  EchoAuthenticator authenticator_;
  Authentication authentication_{authenticator_};
  InboundAliases inbound_aliases_{stores_.all().first(InboundAliases::storage_size(2, 8)), 8};
  std::array<OutboundAliases::Entry, 2> entries_{{{.topic = "a/b"}, {.topic = "c"}}};
  OutboundAliases outbound_aliases_{entries_};
  std::array<char, 8> client_id_{};
  AssignedClientId assigned_{client_id_};
  PropertyStore connack_properties_{stores_.all().subspan(32, 32)};
  PropertyStore ack_properties_{stores_.all().subspan(64, 32)};
  std::array<Property, 1> will_properties_{Property::will_delay_s(5)};
  Will will_{.topic = "will", .payload = as_bytes("gone"), .properties = will_properties_};
  Credentials credentials_{.user_name = "user", .password = as_bytes("secret")};
  Extras extras_{};
};

}  // namespace minimq::fuzz
