// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/posix/event_loop.hpp>

#include <fstream>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "brokers/support/process.hpp"
#include "brokers/support/reserved_port.hpp"

namespace minimq::brokers {

/// A real Mosquitto on a loopback port of its own, with its files in a directory of its own. It
/// keeps its state over a restart unless `forget()` is called.
class Mosquitto {
 public:
  using Files = std::vector<std::pair<std::string, std::string>>;

  /// `settings` are lines of mosquitto.conf; `{dir}/` in them is the directory, where `files` are
  /// written first.
  explicit Mosquitto(posix::EventLoop& loop, std::string settings = "allow_anonymous true\n",
                     const Files& files = {})
      : loop_{loop}, settings_{std::move(settings)} {
    for (std::size_t at = 0; (at = settings_.find("{dir}/")) != std::string::npos;)
      settings_.replace(at, 6, directory_.file(""));
    for (const auto& [name, text] : files)
      std::ofstream{directory_.file(name)} << text;
    start();
  }
  Mosquitto(const Mosquitto&) = delete;
  Mosquitto& operator=(const Mosquitto&) = delete;
  ~Mosquitto() {
    // What the broker had to say belongs to a failure.
    if (::testing::Test::HasFailure()) std::printf("mosquitto's log:\n%s", log().c_str());
  }

  [[nodiscard]] std::uint16_t port() const { return port_.number(); }
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] std::string file(std::string_view name) const { return directory_.file(name); }
  /// The log of all its lives.
  [[nodiscard]] std::string log() const {
    return earlier_log_ + (process_ ? process_->output() : "");
  }
  /// How many lines of the log have that text.
  [[nodiscard]] std::size_t count(std::string_view part) const {
    return process_ ? process_->count(part) : 0;
  }
  [[nodiscard]] bool says(std::string_view part, std::size_t times = 1) {
    return process_ && process_->says(part, times);
  }

  /// Ends with the event that it accepts connections.
  void start() {
    std::ofstream{directory_.file("mosquitto.conf")}
        << "user root\nlog_dest stderr\nlog_type error\nlog_type warning\nlog_type notice\n"
        << "log_type information\nset_tcp_nodelay true\npersistence true\npersistence_location "
        << directory_.file("") << "\nlistener " << port() << " 127.0.0.1\n"
        << settings_;
    const std::vector<std::string> command{"/usr/sbin/mosquitto", "-c",
                                           directory_.file("mosquitto.conf")};
    process_.emplace(loop_, command);
    if (!process_->says(" running")) {
      ADD_FAILURE() << "mosquitto does not run; it is in tools/packages.txt:\n" << log();
    }
  }
  /// At once, without saving anything.
  void kill() { end(SIGKILL); }
  /// In an orderly way: it saves its state.
  void stop() { end(SIGTERM); }
  /// Loses what was saved.
  void forget() { std::filesystem::remove(directory_.file("mosquitto.db")); }

  /// Saves the state as it is now. After that nothing has changed unless somebody has sent it
  /// something.
  void save() {
    constexpr std::string_view begins = "Saving in-memory database";
    const std::size_t before = count(begins);
    process_->signal(SIGUSR1);
    ASSERT_TRUE(says(begins, before + 1)) << log();
    // It is single-threaded: whoever is accepted now comes after the end of the saving.
    Process probe{loop_,
                  {"mosquitto_pub", "-V", "5", "-p", std::to_string(port()), "-t", "probe", "-n"}};
    ASSERT_EQ(probe.finish(), 0) << probe.output();
  }

 private:
  void end(int signal) {
    process_->signal(signal);
    (void)process_->wait();
    (void)turn_until(loop_, [&] { return process_->ended(); });
    earlier_log_ = log();
    process_.reset();
  }

  posix::EventLoop& loop_;
  std::string settings_;
  TemporaryDirectory directory_;
  ReservedPort port_;
  std::string address_{"127.0.0.1:" + std::to_string(port_.number())};
  std::string earlier_log_;
  std::optional<Process> process_;
};

/// An independent subscriber: a mosquitto_sub process at QoS 2, with a session that lasts.
class MosquittoSub {
 public:
  /// A message as `topic qos retain payload-in-hexadecimal`.
  MosquittoSub(posix::EventLoop& loop, std::uint16_t port, const std::string& filter,
               const std::vector<std::string>& more = {})
      : process_{loop, command(port, filter, more)} {
    EXPECT_TRUE(process_.says("Subscribed (mid")) << process_.output();
  }

  [[nodiscard]] Process& process() { return process_; }
  /// The messages so far.
  [[nodiscard]] std::vector<std::string> messages() const {
    std::vector<std::string> found;
    for (const std::string& line : process_.lines())
      if (line.starts_with("> ")) found.push_back(line.substr(2));
    return found;
  }
  [[nodiscard]] bool receives(std::size_t count) { return process_.says("> ", count); }

 private:
  static std::vector<std::string> command(std::uint16_t port, const std::string& filter,
                                          const std::vector<std::string>& more) {
    std::vector<std::string> all{"stdbuf",
                                 "-oL",
                                 "mosquitto_sub",
                                 "-V",
                                 "5",
                                 "-d",
                                 "-c",
                                 "-i",
                                 "independent",
                                 "-x",
                                 "3600",
                                 "-q",
                                 "2",
                                 "-D",
                                 "connect",
                                 "receive-maximum",
                                 "1000",
                                 "-p",
                                 std::to_string(port),
                                 "-t",
                                 filter,
                                 "-F",
                                 "> %t %q %r %x"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  Process process_;
};

/// Runs mosquitto_pub to its end.
inline void mosquitto_pub(posix::EventLoop& loop, std::uint16_t port,
                          const std::vector<std::string>& arguments) {
  std::vector<std::string> command{"mosquitto_pub", "-V", "5", "-p", std::to_string(port)};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Process process{loop, command};
  EXPECT_EQ(process.finish(), 0) << process.output();
}

}  // namespace minimq::brokers
