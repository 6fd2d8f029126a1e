// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/asio/detail/wait.hpp>
#include <minimq/session.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/io_context.hpp>
#include <asio/use_awaitable.hpp>
#include <concepts>
#include <cstddef>
#include <optional>
#include <system_error>
#include <utility>

namespace minimq::asio {

/// A session's operations as asynchronous operations of Asio, for every completion token:
///
///     const Event event = co_await device.async_poll();                     // asio::awaitable
///     device.async_poll([](std::error_code error, const Event& event) {});  // a callback
///     std::future<Event> future = device.async_poll(asio::use_future);
///
/// Each is what the operation of the same name is (`Session::poll` and its like); all other calls
/// are made on the session itself.
///
/// *Completes* from the session's executor, never from inside a call. The handler is dispatched to
/// its associated executor, by default that of this object. The views of an event live until the
/// next poll, as ever; those of an awaited Outcome only while the handler runs on the session's own
/// executor.
///
/// *Cancellation*: every type of it, through the handler's cancellation slot, by `cancel`, or by
/// the destruction of this object. The wait ends with `asio::error::operation_aborted` and nothing
/// else changes: what would have completed it is there for the next one.
///
/// *Exceptions* of a handler leave `io_context::run`, and the session goes on.
///
/// *Lifetimes*: it must be gone before the session is, so write it behind it. *Threads*: as
/// TcpTransport says; emit cancellation signals on the session's executor too.
class AsyncSession {
 public:
  template <class Token>
  static constexpr bool is_deadline = std::convertible_to<Token, std::optional<Instant>>;

  AsyncSession(Session& session, const ::asio::any_io_executor& executor)
      : session_{session}, waits_{executor} {}
  AsyncSession(Session& session, ::asio::io_context& context)
      : AsyncSession{session, ::asio::any_io_executor{context.get_executor()}} {}
  AsyncSession(const AsyncSession&) = delete;
  AsyncSession& operator=(const AsyncSession&) = delete;
  /// Cancels what waits.
  ~AsyncSession() = default;

  [[nodiscard]] const ::asio::any_io_executor& get_executor() const { return waits_.executor(); }
  [[nodiscard]] Session& session() const { return session_; }

  /// The next event, at the latest at the deadline with Event::Kind::idle. Signature:
  /// `void(std::error_code, Event)`.
  template <class Token = ::asio::use_awaitable_t<>>
  auto async_poll(std::optional<Instant> deadline, Token&& token = Token{}) {
    return initiate<PollOperation>(token, deadline);
  }
  template <class Token = ::asio::use_awaitable_t<>>
    requires(!is_deadline<Token>)
  auto async_poll(Token&& token = Token{}) {
    return initiate<PollOperation>(token, std::optional<Instant>{});
  }

  /// The outcome of an operation. Signature: `void(std::error_code, Result<Outcome>)`; errors as
  /// `Session::settled`.
  template <class Token = ::asio::use_awaitable_t<>>
  auto async_settled(Ticket ticket, std::optional<Instant> deadline, Token&& token = Token{}) {
    return initiate<SettledOperation>(token, ticket, deadline);
  }
  template <class Token = ::asio::use_awaitable_t<>>
    requires(!is_deadline<Token>)
  auto async_settled(Ticket ticket, Token&& token = Token{}) {
    return initiate<SettledOperation>(token, ticket, std::optional<Instant>{});
  }

  /// Room for a packet of that size. Signature: `void(std::error_code, Result<void>)`; errors as
  /// `Session::ready`.
  template <class Token = ::asio::use_awaitable_t<>>
  auto async_ready(std::size_t bytes, std::optional<Instant> deadline, Token&& token = Token{}) {
    return initiate<ReadyOperation>(token, bytes, deadline);
  }
  template <class Token = ::asio::use_awaitable_t<>>
    requires(!is_deadline<Token>)
  auto async_ready(std::size_t bytes, Token&& token = Token{}) {
    return initiate<ReadyOperation>(token, bytes, std::optional<Instant>{});
  }

  /// Ends every wait with operation_aborted.
  void cancel() { waits_.cancel(); }

 private:
  template <class Operation, class Token, class... Arguments>
  auto initiate(Token& token, Arguments... arguments) {
    using Value = decltype(std::declval<Operation&>().await_resume());
    return ::asio::async_initiate<Token, void(std::error_code, Value)>(
        [this](auto&& handler, Arguments... values) {
          using Handler = std::decay_t<decltype(handler)>;
          waits_.add<detail::OperationWait<Operation, Handler>>(
              std::forward<decltype(handler)>(handler), session_, values...);
        },
        token, arguments...);
  }

  Session& session_;
  detail::Waits waits_;
};

}  // namespace minimq::asio
