// SPDX-License-Identifier: MIT
// The least a foreign program does: it uses the library and a port.

#include <minimq/error.hpp>
#include <minimq/posix/event_loop.hpp>

int main() {
  const minimq::posix::EventLoop loop;
  return minimq::to_string(minimq::Error::not_ready).empty() ? 1 : 0;
}
