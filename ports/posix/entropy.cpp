// SPDX-License-Identifier: MIT
#include <minimq/posix/tcp_transport.hpp>

#include <cstdint>
#include <errno.h>
#include <sys/random.h>
#include <time.h>

namespace minimq::posix {

void TcpTransport::entropy(std::span<std::byte> space) {
  while (!space.empty()) {
    const ssize_t count = ::getrandom(space.data(), space.size(), 0);
    if (count > 0) {
      space = space.subspan(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      break;
    }
  }
  if (space.empty()) return;
  // A kernel without getrandom(2), or one that forbids it: the nanoseconds since the boot differ
  // from device to device. They are spread with the mixing step of splitmix64.
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  std::uint64_t state = static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
                        static_cast<std::uint64_t>(time.tv_nsec);
  for (std::byte& byte : space) {
    state += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    byte = static_cast<std::byte>(mixed >> 56);
  }
}

}  // namespace minimq::posix
