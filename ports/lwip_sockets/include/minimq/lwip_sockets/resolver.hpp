// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/error.hpp>
#include <minimq/lwip_sockets/waker.hpp>
#include <minimq/sockets/event_loop.hpp>
#include <minimq/sockets/ip_address.hpp>
#include <minimq/sockets/timer.hpp>
#include <minimq/time.hpp>
#include <minimq/transport.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace minimq::lwip_sockets {

/// How a TcpTransport looks for the broker.
struct TcpOptions {
  /// How long one address of a broker may take before the next one is tried. The last one has no
  /// limit of its own: the session's connect timeout ends it.
  Milliseconds address_timeout{5'000};
};

/// Finds the addresses of one host name at a time, through lwIP's own DNS, without blocking the
/// loop: one for IPv4 and one for IPv6, which is all that lwIP keeps of an answer. When one of the
/// two is known, the other has a quarter of a second more.
///
/// lwIP cannot take a question back. An answer finds who asked by a number, and nobody if the
/// search was ended.
class Resolver final : private Waker::Listener {
 public:
  explicit Resolver(sockets::EventLoop& loop)
      : Waker::Listener{loop.waker()}, loop_{loop}, timer_{loop} {}
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver() { stop(); }

  /// Begins to look for `name`; the addresses go to `found`. `name` is copied; `found` is borrowed
  /// until the search ends. Errors: host_not_found (no name can look like this).
  [[nodiscard]] Result<void> start(std::string_view name, std::span<sockets::IpAddress> found,
                                   const TcpOptions& options);

  /// Does what can be done now and returns how many addresses were found, or 0 if that is not known
  /// yet. The search ends with a number or an error. Errors: host_not_found (also: no name server,
  /// or none that answers), link_error (lwIP has no place for the question).
  [[nodiscard]] Result<std::size_t> advance();

  /// Calls `waiter.ready()` when advance() may have something to do; returns the time at which it
  /// must be called in any case.
  [[nodiscard]] std::optional<Instant> wait(Waiter& waiter);

  /// Forgets the waiter.
  void cancel_wait();

  /// Ends the search, if there is one.
  void stop();

 private:
  enum class State : std::uint8_t {
    none,
    asked,
    found,
    not_found,
    no_memory,
  };

  // One question to lwIP. What is not atomic belongs to lwIP while it is asked.
  struct Question {
    Question* next{nullptr};
    Resolver* owner{nullptr};
    std::uintptr_t number{0};
    std::atomic<State> state{State::none};
    sockets::IpAddress address{};
  };

  struct Asked;
  static Asked asked_;

  void woken() override;
  void ask(Question& question, const char* name, std::uint8_t kind);
  [[nodiscard]] std::size_t count(State state) const;

  sockets::EventLoop& loop_;
  sockets::Timer timer_;
  Waiter* waiter_{nullptr};
  std::span<sockets::IpAddress> found_{};
  std::optional<Instant> patience_{};  // how long to wait for the rest
  std::array<Question, sockets::address_count_max> questions_{};
};

}  // namespace minimq::lwip_sockets
