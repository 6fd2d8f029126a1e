// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "minimq/authenticator.hpp"
#include "minimq/bytes.hpp"
#include "minimq/detail/countdown.hpp"
#include "minimq/error.hpp"
#include "minimq/property.hpp"
#include "minimq/reason.hpp"

namespace minimq::codec {
struct Connack;
}  // namespace minimq::codec

namespace minimq {

class Engine;
struct TxGather;

/// The exchange of AUTH packets with the broker, for `Extras::authentication`: with each CONNECT,
/// and on an open connection when `Session::reauthenticate` asks for it. It serves one session.
class Authentication {
 public:
  /// More rounds in one exchange end it with `Error::authentication_failed`.
  static constexpr std::uint8_t rounds_max = 16;

  /// The authenticator lives as long as this object, and this object as long as the session.
  explicit Authentication(Authenticator& authenticator);
  Authentication(const Authentication&) = delete;
  Authentication& operator=(const Authentication&) = delete;

  /// An exchange is under way.
  [[nodiscard]] bool busy() const { return busy_; }
  /// Method and data, for CONNECT or AUTH.
  [[nodiscard]] std::span<const Property> properties() const {
    return std::span{properties_}.first(property_count_);
  }
  /// The authenticator's method can be sent: for `check_config`.
  [[nodiscard]] virtual bool has_good_method() const;

 private:
  friend class Engine;

  // What the engine does for AUTH. It is reached through this object alone, so that nobody links it
  // who does not have one.
  virtual void link_opened(Engine& engine);
  virtual void received(Engine& engine, Bytes body);
  [[nodiscard]] virtual bool accepted(Engine& engine, const codec::Connack& connack);
  [[nodiscard]] virtual Result<void> begin_again(Engine& engine);
  [[nodiscard]] virtual std::size_t gather(TxGather& gather);
  virtual void consume(Engine& engine, std::size_t count);

  void link_lost() {
    busy_ = speaking_ = false;
    sent_ = 0;
    rounds_ = 0;
    timer_.stop();
  }
  [[nodiscard]] Result<void> ask_for_data(Engine& engine, const Bytes* challenge);
  void answer(Engine& engine, Bytes challenge);
  [[nodiscard]] bool finished(Engine& engine, Bytes data);
  void begin_packet(ReasonCode reason);
  [[nodiscard]] std::size_t packet_size() const;

  Authenticator& authenticator_;
  std::array<Property, 2> properties_{};
  std::array<std::byte, 16> scratch_{};  // for the numbers of AUTH
  detail::Countdown timer_{};            // of a re-authentication
  std::uint32_t sent_{0};                // bytes of the AUTH that is on its way
  std::uint8_t property_count_{0};
  std::uint8_t rounds_{0};
  ReasonCode reason_{};   // of that AUTH
  bool busy_{false};      // an exchange is under way
  bool speaking_{false};  // an AUTH is on its way
};

}  // namespace minimq
