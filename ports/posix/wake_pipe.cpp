// SPDX-License-Identifier: MIT
#include <minimq/posix/wake_pipe.hpp>

#include <array>
#include <cstddef>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

namespace minimq::posix {

WakePipe::WakePipe(PollSet& set) : source_{set} {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) return;
  read_end_ = ends[0];
  write_end_ = ends[1];
  if (source_.attach(read_end_)) source_.wait({.read = true, .write = false}, *this);
}

WakePipe::~WakePipe() {
  source_.detach();
  if (read_end_ < 0) return;
  ::close(read_end_);
  ::close(write_end_);
}

void WakePipe::wake() {
  const int before = errno;
  constexpr std::byte anything{1};
  // A full pipe refuses the byte, and wakes the loop all the same.
  [[maybe_unused]] const ssize_t written = ::write(write_end_, &anything, 1);
  errno = before;
}

void WakePipe::ready() {
  // What this leaves in the pipe ends the next turn.
  std::array<std::byte, 256> emptied;
  [[maybe_unused]] const ssize_t count = ::read(read_end_, emptied.data(), emptied.size());
  source_.wait({.read = true, .write = false}, *this);
}

}  // namespace minimq::posix
