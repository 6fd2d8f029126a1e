#!/bin/sh
# SPDX-License-Identifier: MIT
# Compiles a device with tasks for Cortex-M4 and M0+ and looks at what it would link.
# Usage: arm_compile.sh <include directory> <scratch directory>
# The compilers are optional: ARM_CXX (arm-none-eabi-g++) and CLANG_CXX (clang++-19).
set -eu
include=$1
scratch=$2
gcc=${ARM_CXX:-arm-none-eabi-g++}
clang=${CLANG_CXX:-clang++-19}
common="-std=c++23 -Os -mthumb -fno-exceptions -fno-rtti -fno-threadsafe-statics -ffunction-sections
  -fno-unwind-tables -fno-asynchronous-unwind-tables
  -Wall -Wextra -Wconversion -Wshadow -Wswitch-enum -Werror -I$include"

# What the object file needs from elsewhere, beside what every firmware has.
check() {
  arm-none-eabi-nm -C -u "$scratch/task_device.o" | sed 's/^ *U //' |
    grep -Ev '^(mem(cpy|move|set|cmp)|__aeabi_.*|__gnu_thumb1_.*|Wait::.*|Loop::.*)$' \
      >"$scratch/task_device.extra" || true
  if [ -s "$scratch/task_device.extra" ]; then
    echo "$1: these must not be linked:"
    cat "$scratch/task_device.extra"
    exit 1
  fi
  arm-none-eabi-size "$scratch/task_device.o" |
    awk -v what="$1" 'NR == 2 { print what ": " $1 " bytes of text, " $2 + $3 " of data" }'
}

mkdir -p "$scratch"
cat >"$scratch/task_device.cpp" <<'END'
#include <minimq/task.hpp>
struct Wait {
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> waiter);
  int await_resume() const { return *answer; }
  const int* answer;
};
struct Loop {
  minimq::Arena& frame_arena();
  Wait next();
};
minimq::Task<minimq::Result<int>> measure(Loop& loop) { co_return co_await loop.next(); }
minimq::Task<> device(Loop& loop) {
  for (;;) {
    const minimq::Result<int> value = co_await measure(loop);
    if (value && *value == 0) co_return;
  }
}
bool run(Loop& loop, minimq::Task<>& task) {
  task = device(loop);
  return task.start().has_value();
}
END

for cpu in cortex-m4 cortex-m0plus; do
  # shellcheck disable=SC2086
  "$gcc" $common -mcpu=$cpu -c "$scratch/task_device.cpp" -o "$scratch/task_device.o"
  check "gcc $cpu"
done

# clang takes the C++ headers of the gcc beside it.
headers=$("$gcc" -mcpu=cortex-m0plus -mthumb -xc++ -E -v /dev/null 2>&1 |
  sed -n '/^#include </,/^End of/s/^ \//-isystem \//p')
for cpu in cortex-m4 cortex-m0plus; do
  # shellcheck disable=SC2086
  "$clang" --target=arm-none-eabi -mcpu=$cpu -mfloat-abi=soft -fshort-enums -nostdinc $headers \
    $common -c "$scratch/task_device.cpp" -o "$scratch/task_device.o"
  check "clang $cpu"
done
