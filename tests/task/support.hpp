// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/arena.hpp>
#include <minimq/task.hpp>

#include <array>
#include <coroutine>
#include <cstddef>
#include <utility>

namespace minimq::test {

using Step = Result<int>;

/// An arena with its own storage, aligned as the largest scalar is.
template <std::size_t Bytes>
class OwnedArena {
 public:
  [[nodiscard]] Arena& frame_arena() { return arena_; }
  operator Arena&() { return arena_; }
  [[nodiscard]] Arena* operator->() { return &arena_; }

 private:
  alignas(std::max_align_t) std::array<std::byte, Bytes> storage_{};
  Arena arena_{storage_};
};

/// Something to wait for: coroutines suspend in `co_await gate.pass()` until open() resumes the one
/// that waits. It counts the awaitables that exist.
class Gate {
 public:
  class Pass {
   public:
    explicit Pass(Gate& gate) : gate_{gate} { ++gate_.alive_; }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    ~Pass() {
      --gate_.alive_;
      if (registered_) gate_.waiter_ = nullptr;
    }

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept {
      registered_ = true;
      gate_.waiter_ = waiter;
    }
    int await_resume() noexcept {
      registered_ = false;
      return gate_.value_;
    }

   private:
    Gate& gate_;
    bool registered_ = false;
  };

  Pass pass() { return Pass{*this}; }

  /// Resumes the waiter; false if nobody waits.
  bool open(int value = 0) {
    value_ = value;
    const std::coroutine_handle<> waiter = std::exchange(waiter_, nullptr);
    if (waiter) waiter.resume();
    return static_cast<bool>(waiter);
  }

  [[nodiscard]] int alive() const { return alive_; }
  [[nodiscard]] bool waited_for() const { return static_cast<bool>(waiter_); }

 private:
  std::coroutine_handle<> waiter_;
  int alive_ = 0;
  int value_ = 0;
};

/// Counts the objects of one kind that exist. Copies and moves count as objects.
class Counted {
 public:
  explicit Counted(int& alive) : alive_{&alive} { ++*alive_; }
  Counted(const Counted& other) : alive_{other.alive_} { ++*alive_; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*alive_; }

 private:
  int* alive_;
};

}  // namespace minimq::test
