// expect: use of deleted function|call to deleted constructor
// SPDX-License-Identifier: MIT
#include <minimq/task.hpp>

minimq::Task<> twice(const minimq::Task<>& task) {
  return task;
}
