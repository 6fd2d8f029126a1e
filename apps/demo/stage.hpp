// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/posix/event_loop.hpp>
#include <minimq/time.hpp>

#include <functional>
#include <string>
#include <vector>

#include "child.hpp"
#include "screen.hpp"

namespace demo {

/// Runs the event loop until what is expected is so. Everything else (sessions, proxies, output of
/// the children) goes on meanwhile.
class Stage {
 public:
  using Condition = std::function<bool()>;
  /// What is known about a condition that does not hold.
  using Why = std::function<std::string()>;

  /// The whole demo gets `limit`, and this and all other limits count `patience` times.
  Stage(minimq::posix::EventLoop& loop, Screen& screen, minimq::Duration limit, int patience);

  /// Waits until `condition` holds and says so. Throws Failure, which names `what`, if it does not
  /// within `usual_limit`, or if a child that is `needed` ends; Interrupted after a signal.
  void expect(const std::string& what, minimq::Duration usual_limit, const Condition& condition,
              const Why& why = {});
  /// The same without a wait: it is so, or not.
  void check(const std::string& what, bool holds, const std::string& why = {});

  /// From now on the demo cannot go on without this child.
  void need(Child& child) { needed_.push_back(&child); }
  void release(const Child& child);

  [[nodiscard]] int held() const { return held_; }
  [[nodiscard]] minimq::posix::EventLoop& loop() { return loop_; }
  [[nodiscard]] Screen& screen() { return screen_; }

 private:
  [[nodiscard]] Child* ended_child();
  void turn(minimq::Instant deadline);

  minimq::posix::EventLoop& loop_;
  Screen& screen_;
  int patience_;
  minimq::Instant end_;
  std::vector<Child*> needed_;
  int held_{0};
};

}  // namespace demo
