// SPDX-License-Identifier: MIT
#include "child.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utility>

#include "failure.hpp"

namespace demo {

namespace {

[[noreturn]] void fail(const std::string& name, const char* step) {
  throw Failure{name + " can be started", std::string{step} + ": " + std::strerror(errno)};
}

struct Terminal {
  int ours;
  int theirs;
};

Terminal open_terminal(const std::string& name) {
  const int ours = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (ours < 0) fail(name, "posix_openpt");
  const char* path = nullptr;
  if (::grantpt(ours) == 0 && ::unlockpt(ours) == 0) path = ::ptsname(ours);
  const int theirs = path != nullptr ? ::open(path, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
  termios settings{};
  if (theirs < 0 || ::tcgetattr(theirs, &settings) != 0) {
    const int error = errno;
    ::close(ours);
    errno = error;
    fail(name, "pseudo-terminal");
  }
  ::cfmakeraw(&settings);
  (void)::tcsetattr(theirs, TCSANOW, &settings);
  return {.ours = ours, .theirs = theirs};
}

// In the child, after fork: only what is safe there.
[[noreturn]] void become(char* const* arguments, int terminal, int report, pid_t parent) {
  (void)::setpgid(0, 0);  // Ctrl-C is for the demo, which cleans up.
  (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  (void)::signal(SIGPIPE, SIG_DFL);
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (::dup2(nothing, STDIN_FILENO) >= 0 && ::dup2(terminal, STDOUT_FILENO) >= 0 &&
      ::dup2(terminal, STDERR_FILENO) >= 0) {
    ::execvp(arguments[0], arguments);
  }
  const int error = errno;
  (void)!::write(report, &error, sizeof error);
  ::_exit(127);
}

pid_t start(const std::vector<std::string>& command, int terminal, int& error) {
  std::vector<char*> arguments;
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::array<int, 2> report{};
  if (::pipe2(report.data(), O_CLOEXEC) != 0) {
    error = errno;
    return -1;
  }
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become(arguments.data(), terminal, report[1], parent);
  error = pid < 0 ? errno : 0;
  ::close(report[1]);
  // Ends as soon as the child has become the program, or says why it has not.
  while (::read(report[0], &error, sizeof error) < 0 && errno == EINTR) {
  }
  ::close(report[0]);
  if (pid > 0 && error != 0) (void)::waitpid(pid, nullptr, 0);
  return pid;
}

}  // namespace

Child::Child(minimq::posix::EventLoop& loop, const std::vector<std::string>& command,
             OnLine on_line)
    : name_{command.front().substr(command.front().rfind('/') + 1)},
      on_line_{std::move(on_line)},
      loop_{loop},
      source_{loop},
      timer_{loop} {
  const Terminal terminal = open_terminal(name_);
  int error = 0;
  pid_ = start(command, terminal.theirs, error);
  ::close(terminal.theirs);
  if (error != 0 || !source_.attach(terminal.ours)) {
    if (error == 0) signal(SIGKILL);
    ::close(terminal.ours);
    throw Failure{name_ + " can be started", command.front() + ": " + std::strerror(error)};
  }
  source_.wait({.read = true}, *this);
}

Child::~Child() {
  constexpr int kSteps = 100;
  const timespec step{.tv_sec = 0, .tv_nsec = 5'000'000};
  on_line_ = {};
  signal(SIGTERM);
  for (int count = 0; count < kSteps && !ended(); ++count)
    (void)::nanosleep(&step, nullptr);
  signal(SIGKILL);
  if (!ended_) (void)::waitpid(pid_, nullptr, 0);
  close_terminal();
}

void Child::signal(int number) const {
  // The whole group: a wrapper's child, too.
  if (pid_ > 0) (void)::kill(-pid_, number);
}

bool Child::ended() {
  if (ended_ || ::waitpid(pid_, &status_, WNOHANG) != pid_) return ended_;
  ended_ = true;
  // Its last words may still be on their way.
  while (source_.descriptor() >= 0 && read_lines()) {
  }
  return true;
}

bool Child::exited_with(int status) {
  return ended() && WIFEXITED(status_) && WEXITSTATUS(status_) == status;
}

std::string Child::how_it_ended() const {
  std::string how = name_ + " ended with ";
  how += WIFSIGNALED(status_) ? "signal " + std::to_string(WTERMSIG(status_))
                              : "exit status " + std::to_string(WEXITSTATUS(status_));
  const std::size_t shown = std::min<std::size_t>(lines_.size(), 5);
  for (std::size_t index = lines_.size() - shown; index < lines_.size(); ++index)
    how += "\n  | " + lines_[index];
  return how;
}

std::size_t Child::count(std::string_view line) const {
  return static_cast<std::size_t>(std::ranges::count(lines_, line));
}

std::size_t Child::mentions(std::string_view part) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      lines_, [part](const std::string& line) { return line.find(part) != std::string::npos; }));
}

void Child::ready() {
  using namespace std::chrono_literals;
  if (source_.descriptor() >= 0) (void)read_lines();
  if (source_.descriptor() >= 0) {
    source_.wait({.read = true}, *this);
  } else if (!ended()) {
    // Processes end a moment after their output does, and nothing tells when.
    timer_.start(loop_.now() + 5ms, *this);
  }
}

// Whether there may be more.
bool Child::read_lines() {
  std::array<char, 4096> space{};
  const ssize_t count = ::read(source_.descriptor(), space.data(), space.size());
  if (count > 0) {
    take({space.data(), static_cast<std::size_t>(count)});
    return true;
  }
  if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    close_terminal();  // EIO: nobody has the other end any more.
  }
  return false;
}

void Child::take(std::string_view bytes) {
  for (const char byte : bytes) {
    if (byte != '\n') {
      begun_ += byte;
      continue;
    }
    lines_.push_back(std::exchange(begun_, {}));
    if (on_line_) on_line_(lines_.back());
  }
}

void Child::close_terminal() {
  const int descriptor = source_.descriptor();
  source_.detach();
  if (descriptor >= 0) ::close(descriptor);
}

}  // namespace demo
