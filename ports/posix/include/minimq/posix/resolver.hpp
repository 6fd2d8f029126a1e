// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/error.hpp>
#include <minimq/posix/ip_address.hpp>
#include <minimq/posix/source.hpp>
#include <minimq/time.hpp>
#include <minimq/transport.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

struct ares_addrinfo;
struct ares_channeldata;

namespace minimq::posix {

/// Finds the addresses of one host name at a time, through c-ares and without ever blocking the
/// loop. c-ares uses the heap; this class does not. What c-ares holds is freed when the search
/// ends, so each search reads the system's configuration anew.
class Resolver {
 public:
  explicit Resolver(EventLoop& loop);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver() { stop(); }

  struct Options {
    const char* servers;   ///< As TcpOptions::dns_servers.
    Milliseconds timeout;  ///< Of the first try at a server; further ones wait longer.
  };

  /// Begins to look for `name`; the addresses go to `found`, in the order in which they should be
  /// tried, as many as it can hold. `name` is copied; `found` is borrowed until the search ends.
  /// Errors: host_not_found (no name can look like this), link_error (c-ares or the loop is out of
  /// memory or places).
  [[nodiscard]] Result<void> start(std::string_view name, std::span<IpAddress> found,
                                   Options options);

  /// Does what can be done now and returns how many addresses were found, or 0 if that is not known
  /// yet. The search ends with a number or an error. Errors: host_not_found, link_error (as start).
  [[nodiscard]] Result<std::size_t> advance();

  /// Calls `waiter.ready()`, at least once and possibly once for each server, when advance() may
  /// have something to do; returns the time at which it must be called in any case.
  [[nodiscard]] std::optional<Instant> wait(Waiter& waiter);

  /// Forgets the waiter.
  void cancel_wait();

  /// Ends the search, if there is one.
  void stop();

 private:
  // resolv.conf names at most three servers, each with a socket for UDP and one for TCP.
  static constexpr std::size_t socket_count_max = 8;

  enum class Outcome {
    pending,
    found,
    not_found,
    no_memory,
  };

  static void finished(void* self, int status, int timeouts, ares_addrinfo* answer);
  void store(const ares_addrinfo& answer);
  void process_ready_sockets();
  [[nodiscard]] Result<void> follow_sockets();

  EventLoop& loop_;
  ares_channeldata* channel_{nullptr};
  std::span<IpAddress> found_{};
  std::size_t found_count_{0};
  Outcome outcome_{Outcome::pending};
  std::array<Source, socket_count_max> sources_;
  std::array<Interest, socket_count_max> interests_{};
};

}  // namespace minimq::posix
