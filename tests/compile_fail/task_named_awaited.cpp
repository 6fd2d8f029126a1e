// expect: use of deleted function|deleted
// SPDX-License-Identifier: MIT
#include <minimq/task.hpp>

minimq::Task<> child(minimq::Arena&) {
  co_return;
}

minimq::Task<> parent(minimq::Arena& arena) {
  minimq::Task<> named = child(arena);
  co_await named;
}
