// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "minimq/error.hpp"
#include "minimq/event.hpp"
#include "minimq/time.hpp"

namespace minimq {

class Session;

/// Somebody who waits for a session. It lives in the awaiting coroutine's frame, or on the stack of
/// a thread that blocks (`loop.run_until(operation)`), and is linked into the session while it
/// waits. The wait begins with `await_suspend` or `start`, not before; destroying the object ends
/// it, and changes nothing else. The coroutine is resumed from the event loop only, never from
/// inside a call into the session.
class Operation {
 public:
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  /// Begins the wait without a coroutine.
  void start();
  [[nodiscard]] bool done() const { return stage_ == Stage::done; }

  [[nodiscard]] static bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    handle_ = handle;
    start();
  }

 protected:
  enum class Kind : std::uint8_t {
    poll,
    settled,
    ready,
  };

  Operation(Session& session, Kind kind, std::uint32_t argument, std::optional<Instant> deadline)
      : session_{session},
        deadline_{deadline.value_or(Instant::max())},
        argument_{argument},
        kind_{kind} {}
  ~Operation();

  Session& session_;
  Error error_{};

 private:
  friend class Session;
  enum class Stage : std::uint8_t {
    idle,
    waiting,
    done,
  };

  std::coroutine_handle<> handle_{};
  Operation* next_{nullptr};
  Instant deadline_;
  std::uint32_t argument_;  // the ticket, or the number of bytes
  Kind kind_;
  Stage stage_{Stage::idle};
};

/// `co_await session.poll()` gives an Event.
class [[nodiscard]] PollOperation : public Operation {
 public:
  PollOperation(Session& session, std::optional<Instant> deadline)
      : Operation{session, Kind::poll, 0, deadline} {}
  [[nodiscard]] Event await_resume();
};

/// `co_await session.settled(ticket)` gives a Result<Outcome>.
class [[nodiscard]] SettledOperation : public Operation {
 public:
  SettledOperation(Session& session, Ticket ticket, std::optional<Instant> deadline)
      : Operation{session, Kind::settled, ticket.packet_id(), deadline}, ticket_{ticket} {}
  [[nodiscard]] Result<Outcome> await_resume();

 private:
  Ticket ticket_;
};

/// `co_await session.ready(bytes)` gives a Result<void>.
class [[nodiscard]] ReadyOperation : public Operation {
 public:
  ReadyOperation(Session& session, std::size_t bytes, std::optional<Instant> deadline)
      : Operation{session, Kind::ready, static_cast<std::uint32_t>(bytes), deadline} {}
  [[nodiscard]] Result<void> await_resume();
};

}  // namespace minimq
