// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/asio/detail/resumption.hpp>
#include <minimq/error.hpp>
#include <minimq/event.hpp>

#include <algorithm>
#include <asio/any_io_executor.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/cancellation_type.hpp>
#include <asio/dispatch.hpp>
#include <asio/error.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <exception>
#include <expected>
#include <memory>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace minimq::asio::detail {

/// Somebody who waits for an operation of a session.
class Wait {
 public:
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;
  virtual ~Wait() = default;

  /// The operation is done. Destroys this object.
  virtual void done() = 0;
  /// Ends the wait. Destroys this object.
  virtual void cancel() = 0;

 protected:
  Wait() = default;
};

/// The waits that are under way, and whose they are.
class Waits {
 public:
  explicit Waits(const ::asio::any_io_executor& executor) : executor_{executor} {}
  Waits(const Waits&) = delete;
  Waits& operator=(const Waits&) = delete;
  ~Waits() { cancel(); }

  [[nodiscard]] const ::asio::any_io_executor& executor() const { return executor_; }

  template <class OneWait, class Handler, class... Arguments>
  void add(Handler&& handler, Arguments&&... arguments) {
    auto wait = std::make_unique<OneWait>(*this, std::forward<Handler>(handler),
                                          std::forward<Arguments>(arguments)...);
    OneWait& started = *wait;
    list_.push_back(std::move(wait));
    started.start();
  }
  [[nodiscard]] std::unique_ptr<Wait> remove(const Wait& wait) {
    const auto place = std::ranges::find(list_, &wait, &std::unique_ptr<Wait>::get);
    std::unique_ptr<Wait> removed = std::move(*place);
    list_.erase(place);
    return removed;
  }
  void cancel() {
    while (!list_.empty())
      list_.back()->cancel();
  }

 private:
  ::asio::any_io_executor executor_;
  std::vector<std::unique_ptr<Wait>> list_;
};

/// One operation, and the handler that gets what it comes to.
template <class Operation, class Handler>
class OperationWait final : public Wait {
 public:
  using Value = decltype(std::declval<Operation&>().await_resume());

  template <class... Arguments>
  OperationWait(Waits& waits, Handler handler, Arguments&&... arguments)
      : waits_{waits},
        operation_{std::forward<Arguments>(arguments)...},
        resumption_{resume(*this)},
        slot_{::asio::get_associated_cancellation_slot(handler)},
        completion_{waits.executor(), std::move(handler)} {}

  void start() {
    if (slot_.is_connected()) {
      // The signal may be emitted again before the handler has run.
      slot_.assign([wait = this](::asio::cancellation_type) mutable {
        if (OperationWait* const waiting = std::exchange(wait, nullptr)) waiting->abort();
      });
    }
    operation_.await_suspend(resumption_.handle());
  }

  void done() override {
    resumption_.release();  // It is running, and ends by itself.
    if (slot_.is_connected()) slot_.clear();
    Value value = operation_.await_resume();
    Completion completion = std::move(completion_);
    static_cast<void>(waits_.remove(*this));
    std::move(completion).dispatch(std::move(value));
  }

  void cancel() override {
    if (slot_.is_connected()) slot_.clear();
    abort();
  }

 private:
  using Executor = ::asio::associated_executor_t<Handler, ::asio::any_io_executor>;

  // What is left of the wait when the operation is gone: the handler, and the work that it is.
  struct Completion {
    Completion(const ::asio::any_io_executor& executor, Handler&& function)
        : session_work{executor},
          work{::asio::get_associated_executor(function, executor)},
          handler{std::move(function)} {}

    // The session is in the middle of its own work, which no exception may cut short: it leaves the
    // executor's loop as soon as that is done.
    void dispatch(Value value) && {
      const ::asio::any_io_executor loop = session_work.get_executor();
      const Executor executor = work.get_executor();
      try {
        ::asio::dispatch(executor, [self = std::move(*this), result = std::move(value)]() mutable {
          self.call(std::error_code{}, std::move(result));
        });
      } catch (...) {
        ::asio::post(loop, [thrown = std::current_exception()] { std::rethrow_exception(thrown); });
      }
    }

    void post_aborted() && {
      const Executor executor = work.get_executor();
      ::asio::post(executor, [self = std::move(*this)]() mutable {
        self.call(::asio::error::operation_aborted, nothing());
      });
    }

    // The handler may destroy whatever it likes, this object included.
    void call(std::error_code error, Value value) {
      Handler function = std::move(handler);
      std::move(function)(error, std::move(value));
    }

    static Value nothing() {
      if constexpr (std::is_same_v<Value, Event>)
        return Event{Event::Kind::idle};
      else
        return std::unexpected(Error::requested);
    }

    ::asio::executor_work_guard<::asio::any_io_executor> session_work;
    ::asio::executor_work_guard<Executor> work;
    Handler handler;
  };

  static Resumption resume(Wait& wait) {
    wait.done();
    co_return;
  }

  void abort() {
    Completion completion = std::move(completion_);
    static_cast<void>(waits_.remove(*this));
    std::move(completion).post_aborted();
  }

  Waits& waits_;
  Operation operation_;
  Resumption resumption_;
  ::asio::associated_cancellation_slot_t<Handler> slot_;
  Completion completion_;
};

}  // namespace minimq::asio::detail
