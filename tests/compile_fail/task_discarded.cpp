// expect: unused-result|unused-value
// SPDX-License-Identifier: MIT
#include <minimq/task.hpp>

#pragma GCC diagnostic error "-Wunused-result"

minimq::Task<> blink(minimq::Arena&) {
  co_return;
}

void forget(minimq::Arena& arena) {
  blink(arena);
}
