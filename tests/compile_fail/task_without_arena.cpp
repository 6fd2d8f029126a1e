// expect: no parameter of this coroutine gives an arena
// SPDX-License-Identifier: MIT
#include <minimq/task.hpp>

minimq::Task<> forgotten() {
  co_return;
}
