// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <cstddef>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/hex.hpp"
#include "support/judge/judge.hpp"

namespace minimq::judge {

/// A judge and what it is shown, in words with blanks between them:
///   open, close                   a network connection begins, ends
///   go, again, anew               all of: open and CONNECT and CONNACK; close before, and then
///   with
///                                 Session Present; or without
///   pub1:7, pub1d:7, pub2:7, ...  the client sends PUBLISH with that packet identifier, d for DUP
///   <puback:7, <pubrec:7, ...     the client reads that; pubrec! and the like are refusals (0x80),
///                                 pubrel? and pubcomp? say Packet Identifier not found
///   <pub0&puback:7                it reads both at once
///   pub1:7/4                      of that only four bytes
///   =C000, <=D000                 any bytes, in hexadecimal
///   +30                           so many seconds pass
///   stuck                         the client tries to send, and the link takes nothing
class Talk {
 public:
  explicit Talk(std::string_view script, const Judge::Options& options = {}) : judge_{options} {
    play(script);
  }

  /// The statement that was broken first, or "".
  [[nodiscard]] std::string verdict() const {
    return judge_.violations().empty() ? "" : judge_.violations().front().statement();
  }
  [[nodiscard]] std::string reason() const {
    return judge_.violations().empty() ? "lawful" : judge_.violations().front().what();
  }

 private:
  using Wire = std::vector<std::byte>;

  void play(std::string_view script) {
    std::istringstream words{std::string{script}};
    for (std::string word; words >> word;)
      step(word);
  }

  void step(const std::string& word) {
    if (word == "open") return judge_.connected();
    if (word == "close") return judge_.closed(now_);
    if (word == "go") return play("open connect <connack");
    if (word == "again") return play("close open resume <connack+");
    if (word == "anew") return play("close open resume <connack");
    if (word == "stuck") return judge_.client_blocked(now_);
    if (word[0] == '+') {
      now_ += std::chrono::seconds{std::stoi(word.substr(1))};
    } else if (word[0] == '<') {
      Wire read;
      std::istringstream packets{word.substr(1)};
      for (std::string one; std::getline(packets, one, '&');) {
        const Wire bytes = bytes_of(one);
        read.insert(read.end(), bytes.begin(), bytes.end());
      }
      judge_.server_bytes(read, now_);
    } else {
      judge_.client_bytes(bytes_of(word), now_);
    }
  }

  static Wire bytes_of(std::string word) {
    if (word[0] == '=') return testing::hex(word.substr(1));
    std::size_t most = std::string::npos;
    if (const auto slash = word.find('/'); slash != std::string::npos) {
      most = std::stoul(word.substr(slash + 1));
      word.resize(slash);
    }
    std::string id = "0001";
    if (const auto colon = word.find(':'); colon != std::string::npos) {
      id = "000" + word.substr(colon + 1);
      word.resize(colon);
    }
    Wire bytes = testing::hex(packet(word, id));
    if (most < bytes.size()) bytes.resize(most);
    return bytes;
  }

  static std::string packet(const std::string& name, const std::string& id) {
    // An hour of Session Expiry Interval; keep alive is ten seconds; the identifier is "c".
    const std::string connect = "10 13 00 04 'MQTT' 05 ";
    const std::string more = " 00 0A 05 11 00 00 0E 10 00 01 ";
    if (name == "connect") return connect + "02" + more + "'c'";
    if (name == "resume") return connect + "00" + more + "'c'";
    if (name == "connack") return "20 03 00 00 00";
    if (name == "connack+") return "20 03 01 00 00";
    if (name == "refusal") return "20 03 00 89 00";
    if (name == "ping") return "C0 00";
    if (name == "bye") return "E0 00";
    if (name == "pub0") return "30 05 00 01 't' 00 'x'";
    if (name == "pub1") return "32 07 00 01 't' " + id + " 00 'x'";
    if (name == "pub1d") return "3A 07 00 01 't' " + id + " 00 'x'";
    if (name == "pub2") return "34 07 00 01 't' " + id + " 00 'x'";
    if (name == "pub2d") return "3C 07 00 01 't' " + id + " 00 'x'";
    if (name == "other1d") return "3A 07 00 01 't' " + id + " 00 'y'";
    if (name == "other1") return "32 07 00 01 't' " + id + " 00 'y'";
    if (name == "sub") return "82 07 " + id + " 00 00 01 't' 00";
    if (name == "unsub") return "A2 06 " + id + " 00 00 01 't'";
    if (name == "suback") return "90 04 " + id + " 00 00";
    if (name == "unsuback") return "B0 04 " + id + " 00 00";
    return acknowledgement(name, id);
  }

  static std::string acknowledgement(std::string name, const std::string& id) {
    std::string tail;
    if (name.back() == '!') tail = " 80";
    if (name.back() == '?') tail = " 92";
    if (!tail.empty()) name.pop_back();
    const std::string size = tail.empty() ? " 02 " : " 03 ";
    if (name == "puback") return "40" + size + id + tail;
    if (name == "pubrec") return "50" + size + id + tail;
    if (name == "pubrel") return "62" + size + id + tail;
    if (name == "pubcomp") return "70" + size + id + tail;
    throw std::invalid_argument{"no such word: " + name};
  }

  Judge judge_;
  Time now_{std::chrono::hours{1}};
};

}  // namespace minimq::judge
