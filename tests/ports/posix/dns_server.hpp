// SPDX-License-Identifier: MIT
#pragma once

#include <cctype>
#include <map>

#include "support.hpp"

namespace minimq::posix::test {

/// A name server on the loopback interface, in the loop under test. What it does not know does not
/// exist.
class DnsServer : Waiter {
 public:
  explicit DnsServer(EventLoop& loop) : source_{loop} {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof name;
    auto* const address = reinterpret_cast<sockaddr*>(&name);
    EXPECT_EQ(::bind(descriptor_.get(), address, size), 0);
    ::getsockname(descriptor_.get(), address, &size);
    where_ = "127.0.0.1:" + std::to_string(ntohs(name.sin_port));
    EXPECT_TRUE(source_.attach(descriptor_.get()));
    source_.wait({.read = true, .write = false}, *this);
  }

  /// For TcpOptions::dns_servers.
  [[nodiscard]] const char* where() const { return where_.c_str(); }

  /// Adds an address of `name`, IPv4 or IPv6.
  void knows(const std::string& name, const std::string& address) {
    names_[name].push_back(*parse_ip_address(address));
  }

  /// Notes questions, but does not answer them, until `answer_all()`.
  void hold() { held_ = true; }
  void answer_all() {
    held_ = false;
    for (const Question& question : std::exchange(waiting_, {}))
      answer(question);
  }
  /// Ignores this many questions, as if they were lost.
  void lose(int count) { to_lose_ = count; }

  /// How many questions came.
  [[nodiscard]] int asked() const { return asked_; }

 private:
  struct Question {
    std::string packet;
    sockaddr_in from;
  };

  static constexpr std::size_t header_size = 12;
  static constexpr char type_a = 1;
  static constexpr char type_aaaa = 28;

  void ready() override {
    Question question{std::string(512, '\0'), {}};
    socklen_t size = sizeof question.from;
    const ssize_t count =
        ::recvfrom(descriptor_.get(), question.packet.data(), question.packet.size(), 0,
                   reinterpret_cast<sockaddr*>(&question.from), &size);
    source_.wait({.read = true, .write = false}, *this);
    if (count < static_cast<ssize_t>(header_size)) return;
    question.packet.resize(static_cast<std::size_t>(count));
    ++asked_;
    if (to_lose_ > 0)
      --to_lose_;
    else if (held_)
      waiting_.push_back(question);
    else
      answer(question);
  }

  void answer(const Question& question) const {
    std::string name;
    std::size_t at = header_size;
    while (question.packet[at] != 0) {
      const auto size = static_cast<std::size_t>(question.packet[at]);
      name += (name.empty() ? "" : ".") + question.packet.substr(at + 1, size);
      at += 1 + size;
    }
    const char type = question.packet[at + 2];
    const std::string asked = question.packet.substr(header_size, at + 5 - header_size);
    const auto known = names_.find(name);
    std::string records;
    char count = 0;
    if (known != names_.end()) {
      for (const IpAddress& address : known->second) {
        if ((type == type_aaaa) != address.v6 || (type != type_a && !address.v6)) continue;
        const std::size_t size = address.v6 ? 16 : 4;
        records += std::string{"\xc0\x0c\0", 3} + type + std::string{"\0\1\0\0\0\0\0", 7};
        records += static_cast<char>(size);
        records.append(reinterpret_cast<const char*>(address.bytes.data()), size);
        ++count;
      }
    }
    const char code = known == names_.end() ? 3 : 0;  // NXDOMAIN
    std::string packet = question.packet.substr(0, 2) + '\x81';
    packet += static_cast<char>(0x80 + code);
    packet += std::string{"\0\1\0", 3} + count + std::string{"\0\0\0\0", 4} + asked + records;
    ::sendto(descriptor_.get(), packet.data(), packet.size(), 0,
             reinterpret_cast<const sockaddr*>(&question.from), sizeof question.from);
  }

  Descriptor descriptor_{::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  Source source_;
  std::string where_;
  std::map<std::string, std::vector<IpAddress>> names_;
  std::vector<Question> waiting_;
  bool held_{false};
  int to_lose_{0};
  int asked_{0};
};

}  // namespace minimq::posix::test
