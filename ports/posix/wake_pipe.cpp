// SPDX-License-Identifier: MIT
#include <minimq/posix/wake_pipe.hpp>

#include <cstddef>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

namespace minimq::posix {

WakePipe::WakePipe() {
  if (::pipe2(ends_.data(), O_NONBLOCK | O_CLOEXEC) != 0) ends_ = {-1, -1};
}

WakePipe::~WakePipe() {
  if (descriptor() < 0) return;
  for (const int end : ends_)
    ::close(end);
}

void WakePipe::wake() {
  const int before = errno;
  constexpr std::byte anything{1};
  // A full pipe refuses the byte, and wakes the loop all the same.
  [[maybe_unused]] const ssize_t written = ::write(ends_[1], &anything, 1);
  errno = before;
}

void WakePipe::drain() {
  std::array<std::byte, 256> emptied;
  [[maybe_unused]] const ssize_t count = ::read(descriptor(), emptied.data(), emptied.size());
}

}  // namespace minimq::posix
