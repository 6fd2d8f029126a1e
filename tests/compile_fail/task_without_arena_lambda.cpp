// expect: no parameter of this coroutine gives an arena
// SPDX-License-Identifier: MIT
#include <minimq/task.hpp>

void call(minimq::Arena& arena) {
  const auto captured = [&arena]() -> minimq::Task<> {
    static_cast<void>(arena);
    co_return;
  };
  static_cast<void>(captured());
}
