// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "minimq/broker.hpp"
#include "minimq/bytes.hpp"
#include "minimq/error.hpp"
#include "minimq/time.hpp"

namespace minimq {

/// What a wait is for. Errors and the end of the stream end every wait.
struct Interest {
  bool read{false};
  bool write{false};
};

/// Somebody who waits on a transport. Intrusive: it is registered by address, with one transport at
/// a time, and must be cancelled before it goes away.
class Waiter {
 public:
  /// Called from the event loop, never from inside `Transport::wait`. The wait is over: it must be
  /// registered again to be called again.
  virtual void ready() = 0;

 protected:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() = default;
};

/// A byte stream to a broker, in order and without loss [MQTT-4.2.0-1], non-blocking and
/// readiness-based, opened again for each connection.
/// One object serves all the connections of a session, so nothing is allocated and nothing leaks.
///
/// A super-loop needs `open`, `read`, `write`, `close` and `entropy`; `wait`, `cancel` and `now`
/// are called only where operations are awaited.
class Transport {
 public:
  enum class Progress : std::uint8_t {
    pending,  ///< Call again, at the latest when a wait for either direction ends.
    ready,    ///< Open: bytes may be read and written.
  };

  /// Begins to open a connection, or continues. The broker stays the same until the result is not
  /// `pending`, or `close` was called. Errors: host_not_found, connect_refused, host_unreachable,
  /// transport_unsupported, link_error, and those of TLS. After an error the transport is closed.
  [[nodiscard]] virtual Result<Progress> open(const Broker& broker) = 0;

  /// Reads at most `space.size()` bytes; `space` is not empty. Returns 0 when nothing is there now.
  /// Errors: link_closed (the peer ended the stream), link_error.
  [[nodiscard]] virtual Result<std::size_t> read(std::span<std::byte> space) = 0;

  /// Takes bytes from the front of `spans` for good and returns how many; 0 when it can take none
  /// now. What it has not taken may be offered again elsewhere, changed or not at all: a port whose
  /// library must be retried with the same arguments keeps its own copy. Errors: link_closed,
  /// link_error.
  [[nodiscard]] virtual Result<std::size_t> write(TxSpans spans) = 0;

  /// Ends the connection at once. What was taken by `write` may still be sent. Never fails, may be
  /// called in every state.
  virtual void close() = 0;

  /// Calls `waiter.ready()` once, as soon as a wished direction is possible, the connection is in
  /// trouble, or the deadline has passed (at once, if it has already; never from inside this call).
  /// Level-triggered: what was possible before counts. A waiter that is registered already is
  /// registered anew. With no direction wished, only the deadline ends the wait, and a peer that
  /// hung up must not.
  virtual void wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) = 0;

  /// Forgets the waiter, registered or not.
  virtual void cancel(Waiter& waiter) = 0;

  [[nodiscard]] virtual Instant now() = 0;

  /// Fills `space` with bytes that differ between devices and between boots, so that a fleet does
  /// not share its jitter and packet ids. They need not be secret.
  virtual void entropy(std::span<std::byte> space) = 0;

 protected:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  ~Transport() = default;
};

}  // namespace minimq
