// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/arena.hpp>
#include <minimq/task.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "support/script.hpp"

namespace minimq::testing {

/// An arena for coroutine frames.
class Frames {
 public:
  [[nodiscard]] Arena& frame_arena() { return arena_; }

 private:
  alignas(std::max_align_t) std::array<std::byte, 16'384> storage_{};
  Arena arena_{storage_};
};

/// The two forms of the application's loop.
enum class Form : std::uint8_t {
  super_loop,
  coroutine,
};

/// An application that takes every event and writes it down.
class Device {
 public:
  Device(Script& script, Form form) : script_{script} {
    if (form == Form::super_loop) return;
    task_ = poll_for_ever(frames_, *this);
    (void)task_.start();
  }

  /// The events since the last call, each as `to_text(Event)`; first everything happens that can.
  [[nodiscard]] std::vector<std::string> events() {
    script_.run();
    if (task_.empty()) {
      while (script_.has_session()) {
        const auto event = script_.next_event();
        if (!event) break;
        note(*event);
      }
      script_.run();
    }
    return std::exchange(events_, {});
  }
  /// When the last event said that the next attempt begins.
  [[nodiscard]] Instant next_attempt() const { return next_attempt_; }
  [[nodiscard]] Duration pause() const { return next_attempt_ - script_.now(); }

 private:
  static Task<> poll_for_ever(Frames&, Device& device) {
    for (;;) {
      const Event event = co_await device.script_.session().poll();
      device.note(event);
    }
  }
  void note(const Event& event) {
    events_.push_back(to_text(event));
    next_attempt_ = event.next_attempt();
  }

  Script& script_;
  Frames frames_;
  std::vector<std::string> events_;
  Instant next_attempt_{};
  Task<> task_;
};

}  // namespace minimq::testing
