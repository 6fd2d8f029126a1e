// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/source.hpp>
#include <minimq/posix/timer.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace demo {

/// A process that the demo has started, and the lines it writes. It goes away with this object, and
/// with the demo, however that ends.
///
/// Its output is a pseudo-terminal, so that a program which knows nothing of the demo writes each
/// line at once, as it does for a person.
class Child final : private minimq::Waiter {
 public:
  using OnLine = std::function<void(const std::string&)>;

  /// Starts `command` (found in PATH) with the signals as they are by default. Throws Failure if
  /// that is not possible.
  Child(minimq::posix::EventLoop& loop, const std::vector<std::string>& command,
        OnLine on_line = {});
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// Asks the process and what it started to end, and after half a second makes them.
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;
  /// Whether it has ended. The loop has a turn when that changes.
  [[nodiscard]] bool ended();
  [[nodiscard]] bool exited_with(int status);
  /// As in "exit status 3", with its last words.
  [[nodiscard]] std::string how_it_ended() const;

  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
  [[nodiscard]] std::size_t count(std::string_view line) const;
  /// How many lines have this in them.
  [[nodiscard]] std::size_t mentions(std::string_view part) const;

 private:
  void ready() override;
  [[nodiscard]] bool read_lines();
  void take(std::string_view bytes);
  void close_terminal();

  std::string name_;
  OnLine on_line_;
  minimq::posix::EventLoop& loop_;
  minimq::posix::Source source_;
  minimq::posix::Timer timer_;
  std::vector<std::string> lines_;
  std::string begun_;
  pid_t pid_{-1};
  int status_{0};
  bool ended_{false};
};

}  // namespace demo
