// expect: T must be void or a minimq::Result<U>
// SPDX-License-Identifier: MIT
#include <minimq/task.hpp>

minimq::Task<int> number(minimq::Arena&) {
  co_return 1;
}
