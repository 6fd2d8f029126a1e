// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/posix/source.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <signal.h>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "brokers/support/wait.hpp"

namespace minimq::brokers {

/// A directory of its own, which is gone with this object.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "minimq-broker-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// A child process whose output (both streams) is read line by line while the loop turns. It is
/// killed with this object, and with this process.
class Process final : private Waiter {
 public:
  Process(posix::EventLoop& loop, const std::vector<std::string>& command)
      : loop_{loop}, source_{loop} {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
    output_ = ends[0];
    ::fcntl(output_, F_SETFL, O_NONBLOCK);
    child_ = ::fork();
    if (child_ == 0) run_child(command, ends[1]);
    ::close(ends[1]);
    if (source_.attach(output_)) source_.wait({.read = true}, *this);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (child_ > 0) signal(SIGKILL);
    (void)wait();
    source_.detach();
    ::close(output_);
  }

  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
  /// The whole output so far.
  [[nodiscard]] std::string output() const {
    std::string text;
    for (const std::string& line : lines_)
      text += line + '\n';
    return text + rest_;
  }
  [[nodiscard]] std::size_t count(std::string_view part) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        lines_, [&](const std::string& line) { return line.find(part) != std::string::npos; }));
  }
  /// No output can come any more: the process has ended.
  [[nodiscard]] bool ended() const { return ended_; }
  /// Waits for the n-th line with that text; false if the process ended, or the patience.
  [[nodiscard]] bool says(std::string_view part, std::size_t times = 1) {
    return turn_until(loop_, [&] { return count(part) >= times || ended_; }) &&
           count(part) >= times;
  }
  void signal(int number) const { ::kill(child_, number); }
  /// Blocks until the process has ended, which must have been asked for. The exit status, or minus
  /// the number of the signal that ended it.
  int wait() {
    if (child_ <= 0) return status_;
    int status = 0;
    ::waitpid(std::exchange(child_, -1), &status, 0);
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return status_;
  }
  /// Waits for the process to end by itself.
  int finish() {
    if (!turn_until(loop_, [&] { return ended_; })) signal(SIGKILL);
    return wait();
  }

 private:
  [[noreturn]] static void run_child(const std::vector<std::string>& command, int output) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    std::vector<char*> arguments;
    for (const std::string& argument : command)
      arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::perror(arguments[0]);
    ::_exit(127);
  }

  void ready() override {
    std::array<char, 4096> space;
    const ssize_t size = ::read(output_, space.data(), space.size());
    if (size == 0) {
      ended_ = true;
      return;
    }
    if (size > 0) rest_.append(space.data(), static_cast<std::size_t>(size));
    for (std::size_t end = 0; (end = rest_.find('\n')) != std::string::npos;) {
      lines_.push_back(rest_.substr(0, end));
      rest_.erase(0, end + 1);
    }
    source_.wait({.read = true}, *this);
  }

  posix::EventLoop& loop_;
  posix::Source source_;
  std::vector<std::string> lines_;
  std::string rest_;
  pid_t child_{-1};
  int output_{-1};
  int status_{-1};
  bool ended_{false};
};

}  // namespace minimq::brokers
