// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/honest_broker.hpp"
#include "minimq/engine.hpp"
#include "support/judge/judge.hpp"

namespace minimq::testing {

/// Where a link ends: after so many bytes in one direction.
struct Cut {
  enum class Direction : std::uint8_t {
    to_broker,
    to_client
  };
  Direction direction{Direction::to_broker};
  std::size_t after{0};
  bool keep_session{true};
};

/// A device with a loop like the README's, an honest broker, and a link between them that is cut
/// as told, each connection at its own place; the one after the last cut stays. The judge sees all
/// that the device reads, and all that its transport takes; what it objects to is a fault.
class Conversation {
 public:
  std::vector<Cut> cuts;
  /// The most bytes that one write, and one read, takes.
  std::size_t write_max{SIZE_MAX};
  std::size_t read_max{SIZE_MAX};
  /// The transport goes on taking bytes which do not arrive any more.
  bool buffers_what_is_lost{false};
  /// The application takes what came last only after the link was lost.
  bool takes_after_the_loss{false};
  /// Published by the device as soon as it is online for the first time, and by the broker as soon
  /// as the device has subscribed.
  std::vector<std::pair<QoS, std::string>> from_device;
  std::vector<std::pair<QoS, std::string>> from_broker;
  Config config{.broker = Broker{"broker", 1883}, .client_id = "c", .buffers = {rx_, tx_}};

  HonestBroker broker;
  /// What the application was given.
  std::vector<std::string> received;
  /// How the device's operations ended, by payload ("subscribe" for those).
  std::map<std::string, std::vector<std::string>> outcomes;
  /// Every cut was reached before the conversation was over.
  bool all_cut{true};

  void run() {
    engine_.emplace(config);
    engine_->seed(0x0101);
    for (std::size_t connection = 0; connection <= cuts.size() && all_cut; ++connection) {
      cut_ = connection < cuts.size() ? std::optional{cuts[connection]} : std::nullopt;
      broker.link_opened();
      engine_->link_opened();
      judge_.connected();
      to_broker_ = to_client_ = 0;
      reported_ = broken_ = false;
      go_on();
      if (!cut_) break;
      all_cut = broken_ || (buffers_what_is_lost && to_broker_ > cut_->after);
      if (all_cut) lose();
    }
    if (!all_cut) return;
    broker.publish(QoS::exactly_once, "last");
    go_on();
    judge_.closed();
    object();
  }

  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] std::ptrdiff_t times_received(std::string_view payload) const {
    return std::ranges::count(received, payload);
  }
  [[nodiscard]] std::ptrdiff_t times_arrived(std::string_view payload) const {
    return std::ranges::count(broker.arrived, payload);
  }

 private:
  void go_on() {
    for (int steps = 0; step(); ++steps) {
      if (steps < 10'000) continue;
      broker.faults.emplace_back("it never comes to rest");
      break;
    }
  }

  // False when nothing can happen any more, or the link is broken.
  bool step() {
    const bool read = move_to_client();
    notice();
    if (broken_ && takes_after_the_loss) return false;
    const bool acted = application();
    if (broken_) return false;
    const bool wrote = move_to_broker();
    return !broken_ && (read || acted || wrote);
  }

  void object() {
    for (const judge::Violation& violation : judge_.take_violations())
      broker.faults.emplace_back(violation.what());
  }

  void lose() {
    judge_.closed();
    object();
    engine_->link_lost();
    if (!cut_->keep_session) broker.lose_session();
    (void)application();
  }

  bool move_to_client() {
    std::size_t moved = 0;
    while (!broker.output.empty()) {
      const auto space = engine_->rx_space();
      std::size_t count = std::min({space.size(), broker.output.size(), read_max});
      const bool limited = cut_ && cut_->direction == Cut::Direction::to_client;
      if (limited) count = std::min(count, cut_->after - to_client_);
      for (std::size_t i = 0; i < count; ++i)
        space[i] = std::byte{broker.output[i]};
      judge_.server_bytes(space.first(count));
      broker.output.erase(broker.output.begin(),
                          broker.output.begin() + static_cast<std::ptrdiff_t>(count));
      engine_->rx_commit(count);
      moved += count;
      to_client_ += count;
      broken_ = limited && to_client_ == cut_->after;
      if (broken_ || count == 0 || read_max != SIZE_MAX) break;
    }
    return moved != 0;
  }

  bool move_to_broker() {
    TxGather gather;
    HonestBroker::Wire bytes;
    for (const Bytes piece : engine_->tx_pending(gather)) {
      for (const std::byte byte : piece)
        bytes.push_back(std::to_integer<std::uint8_t>(byte));
    }
    std::size_t count = std::min(bytes.size(), write_max);
    const bool limited = cut_ && cut_->direction == Cut::Direction::to_broker;
    const std::size_t left = limited ? cut_->after - std::min(cut_->after, to_broker_) : SIZE_MAX;
    if (!buffers_what_is_lost) count = std::min(count, left);
    judge_.client_bytes(std::as_bytes(std::span{bytes}.first(count)));
    engine_->tx_consume(count);
    for (std::size_t i = 0; i < count; ++i) {
      if (i < left) broker.receive(bytes[i]);
      if (broker.subscribed() && !told_) tell();
    }
    to_broker_ += count;
    broken_ = limited && !buffers_what_is_lost && to_broker_ == cut_->after;
    return count != 0;
  }

  void tell() {
    told_ = true;
    for (const auto& [qos, payload] : from_broker)
      broker.publish(qos, payload);
  }

  // A fresh session is not forgotten, however short its first connection was.
  void notice() {
    if (!engine_->was_online() || reported_) return;
    reported_ = true;
    if (!engine_->resumed()) fresh_ = true;
  }

  bool application() {
    bool acted = false;
    if (fresh_ && engine_->phase() == Engine::Phase::online) {
      fresh_ = false;
      acted = true;
      subscribe();
      if (!published_) publish();
    }
    while (const auto event = engine_->next_message()) {
      received.emplace_back(event->message().text());
      engine_->end_views();
      acted = true;
    }
    for (Ticket ticket; !(ticket = engine_->next_outcome({})).empty(); acted = true) {
      const auto outcome = engine_->take_outcome(ticket);
      outcomes[names_[ticket.packet_id()]].emplace_back(
          outcome->error() ? to_string(*outcome->error()) : to_string(outcome->reason()));
      engine_->end_views();
    }
    return acted;
  }

  void subscribe() {
    const TopicFilter filter{.filter = "t"};
    if (const auto ticket = engine_->subscribe({&filter, 1}, {})) {
      names_[ticket->packet_id()] = "subscribe";
    } else {
      broker.faults.emplace_back("no room to subscribe");
    }
  }

  void publish() {
    published_ = true;
    for (const auto& [qos, payload] : from_device) {
      const auto ticket = engine_->publish({.topic = "t", .payload = payload, .qos = qos});
      if (!ticket) broker.faults.emplace_back("no room to publish");
      if (ticket && !ticket->empty()) names_[ticket->packet_id()] = payload;
    }
  }

  alignas(4) std::array<std::byte, 256> rx_;
  alignas(4) std::array<std::byte, 768> tx_;
  std::optional<Engine> engine_;
  judge::Judge judge_;
  std::optional<Cut> cut_;
  std::map<std::uint16_t, std::string> names_;
  std::size_t to_broker_{0};
  std::size_t to_client_{0};
  bool broken_{false};
  bool reported_{false};
  bool fresh_{false};
  bool published_{false};
  bool told_{false};
};

}  // namespace minimq::testing
