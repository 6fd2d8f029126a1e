// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/broker.hpp>

#include <cstddef>
#include <optional>
#include <string>

#include "authority.hpp"
#include "child.hpp"
#include "mosquitto.hpp"
#include "proxy.hpp"
#include "requester.hpp"
#include "stage.hpp"

namespace demo {

struct Options {
  /// The user's broker, as they wrote it; none: one of our own.
  std::optional<std::string> broker;
  /// Everything over TLS, with an authority for this run; only with a broker of our own.
  bool tls{false};
  /// How many times as long as usual everything may take.
  int patience{1};
  /// Where the device's program is.
  std::string bin_directory;
};

/// The plot: a device answers, loses its link, and then its broker. Each act throws Failure if
/// something is not as it should be; what was started goes away with this object.
class Story {
 public:
  Story(Stage& stage, const Options& options);

  void run();
  /// After run().
  void summary() const;

 private:
  void find_broker();
  void a_device_answers();
  void its_link_breaks();
  void the_broker_dies();
  void the_end();

  void start_device();
  void start_watcher();
  void start_requester();
  void hold_message_in_flight();
  void everyone_is_back(std::size_t device_reconnects);
  void expect_device_back(const std::string& what, std::size_t reconnects_before);
  void it_arrives();

  [[nodiscard]] std::string memory() const;
  [[nodiscard]] std::string messages() const;
  [[nodiscard]] std::string times() const;

  void ask(int count);
  [[nodiscard]] bool sent_again() const;
  [[nodiscard]] Proxy::Content content() const {
    return authority_ ? Proxy::Content::bytes : Proxy::Content::packets;
  }
  [[nodiscard]] bool own_broker() const { return mosquitto_.has_value(); }
  [[nodiscard]] std::size_t copies() const { return watcher_->count(message_line()); }
  [[nodiscard]] std::string message_line() const { return flight_topic_ + " " + payload_; }

  Stage& stage_;
  Screen& screen_;
  Options options_;
  std::string broker_text_;
  minimq::Broker broker_;
  std::string run_id_;
  std::string flight_topic_;
  std::string payload_{"I was in flight"};
  std::optional<TempDirectory> secrets_;
  std::optional<Authority> authority_;
  std::optional<Mosquitto> mosquitto_;
  std::optional<Proxy> device_link_;
  std::optional<Proxy> requester_link_;
  std::optional<Child> device_;
  std::optional<Child> watcher_;
  std::optional<Requester> requester_;
  minimq::Ticket ticket_;
  std::size_t copies_before_{0};
  std::uint32_t sent_before_{0};
  double lost_at_{0};
  double back_after_s_{0};
};

}  // namespace demo
