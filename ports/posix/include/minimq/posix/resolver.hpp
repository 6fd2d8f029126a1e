// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/error.hpp>
#include <minimq/posix/ip_address.hpp>
#include <minimq/posix/source.hpp>
#include <minimq/sockets/event_loop.hpp>
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

/// How a TcpTransport looks for the broker.
struct TcpOptions {
  /// Name servers to ask instead of the system's: numeric addresses `a.b.c.d`, `a.b.c.d:port` or
  /// `[v6]:port`, separated by commas. Null: those of /etc/resolv.conf. Borrowed for the life of
  /// the transport.
  const char* dns_servers{nullptr};
  /// How long to wait for a name server's answer before the question is repeated. Further tries
  /// wait longer.
  Milliseconds dns_timeout{2'000};
  /// How long one address of a broker may take before the next one is tried. The last one has no
  /// limit of its own: the session's connect timeout ends it.
  Milliseconds address_timeout{5'000};
};

/// Finds the addresses of one host name at a time, through c-ares and without ever blocking the
/// loop. c-ares uses the heap; this class does not. What c-ares holds is freed when the search
/// ends, so each search reads the system's configuration anew.
class Resolver {
 public:
  explicit Resolver(sockets::EventLoop& loop);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver() { stop(); }

  /// Begins to look for `name`; the addresses go to `found`, in the order in which they should be
  /// tried, as many as it can hold. `name` is copied; `found` is borrowed until the search ends.
  /// Errors: host_not_found (no name can look like this), link_error (c-ares or the loop is out of
  /// memory or places).
  [[nodiscard]] Result<void> start(std::string_view name, std::span<IpAddress> found,
                                   const TcpOptions& options);

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

  sockets::EventLoop& loop_;
  ares_channeldata* channel_{nullptr};
  std::span<IpAddress> found_{};
  std::size_t found_count_{0};
  Outcome outcome_{Outcome::pending};
  std::array<Source, socket_count_max> sources_;
  std::array<Interest, socket_count_max> interests_{};
};

}  // namespace minimq::posix
