// SPDX-License-Identifier: MIT
#include "stage.hpp"

#include <algorithm>
#include <chrono>

#include "failure.hpp"

namespace demo {

Stage::Stage(minimq::posix::EventLoop& loop, Screen& screen, minimq::Duration limit, int patience)
    : loop_{loop}, screen_{screen}, patience_{patience}, end_{loop.now() + limit * patience} {}

void Stage::expect(const std::string& what, minimq::Duration usual_limit,
                   const Condition& condition, const Why& why) {
  const minimq::Duration limit = usual_limit * patience_;
  const minimq::Instant deadline = std::min(loop_.now() + limit, end_);
  while (!condition()) {
    if (const Child* child = ended_child()) throw Failure{what, child->how_it_ended()};
    if (loop_.now() >= deadline) {
      const bool out_of_time = deadline == end_;
      throw Failure{what, (out_of_time ? "the time for the whole demo is over"
                                       : text("not within %.0f s",
                                              std::chrono::duration<double>(limit).count())) +
                              (why ? "; " + why() : std::string{})};
    }
    turn(deadline);
  }
  ++held_;
  screen_.held(what);
}

void Stage::check(const std::string& what, bool holds, const std::string& why) {
  if (!holds) throw Failure{what, why};
  ++held_;
  screen_.held(what);
}

void Stage::release(const Child& child) {
  std::erase(needed_, &child);
}

Child* Stage::ended_child() {
  const auto found = std::ranges::find_if(needed_, [](Child* child) { return child->ended(); });
  return found == needed_.end() ? nullptr : *found;
}

void Stage::turn(minimq::Instant deadline) {
  const auto turned = loop_.run_once(deadline);
  if (loop_.stopped()) throw Interrupted{};
  if (!turned) throw Failure{"the event loop runs", std::string{to_string(turned.error())}};
}

}  // namespace demo
