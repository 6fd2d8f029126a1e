// expect: no parameter of this coroutine gives an arena
// SPDX-License-Identifier: MIT
#include <minimq/task.hpp>

struct Device {
  minimq::Task<> run(int) { co_return; }
};
