// expect: compiles
// SPDX-License-Identifier: MIT
#include <minimq/task.hpp>

#pragma GCC diagnostic error "-Wunused-result"

struct Device {
  minimq::Arena& frame_arena();
  minimq::Task<> run(int) { co_return; }
};

minimq::Task<minimq::Result<int>> measure(minimq::Arena&) {
  co_return 1;
}

minimq::Task<> use(minimq::Arena& arena, Device& device) {
  co_await device.run(1);
  minimq::Task<> named = device.run(2);
  co_await std::move(named);
  static_cast<void>(co_await measure(arena));
}
