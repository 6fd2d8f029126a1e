// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace minimq::simulation {

/// What has happened: as a hash always, as lines of text if somebody reads along, and the first
/// violation of an invariant.
class Journal {
 public:
  explicit Journal(std::FILE* reader = nullptr) : reader_{reader} {}

  void at(std::int64_t now) { now_ = now; }
  [[nodiscard]] bool has_reader() const { return reader_ != nullptr; }
  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }

  /// An event of that kind, with what belongs to it.
  void note(std::string_view kind, std::uint64_t a = 0, std::uint64_t b = 0) {
    ++events_;
    add(static_cast<std::uint64_t>(now_));
    add(kind);
    add(a);
    add(b);
  }
  void note(std::string_view kind, std::string_view bytes) {
    note(kind, bytes.size());
    add(bytes);
  }
  /// Only for the reader; `make` gives the line.
  template <class Make>
  void line(const Make& make) {
    if (reader_ != nullptr) write(make());
  }

  /// An invariant does not hold; the first one is kept.
  void violate(std::string_view invariant, const std::string& what) {
    if (violation_.empty()) violation_ = std::string{invariant} + ": " + what;
    if (reader_ != nullptr) write("!!! " + std::string{invariant} + ": " + what);
  }
  void require(bool holds, std::string_view invariant, std::string_view what) {
    if (!holds) violate(invariant, std::string{what});
  }
  [[nodiscard]] const std::string& violation() const { return violation_; }

 private:
  void add(std::uint64_t number) {
    hash_ = (hash_ ^ number) * 0x9E37'79B9'7F4A'7C15u;
    hash_ ^= hash_ >> 29;
  }
  void add(std::string_view bytes) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(8, bytes.size()))) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data(), std::min<std::size_t>(8, bytes.size()));
      add(word);
    }
  }
  void write(const std::string& text) {
    std::fprintf(reader_, "%10.3f  %s\n", static_cast<double>(now_) / 1000, text.c_str());
  }

  std::FILE* reader_;
  std::int64_t now_{0};
  std::uint64_t hash_{0xCBF2'9CE4'8422'2325u};
  std::uint64_t events_{0};
  std::string violation_;
};

}  // namespace minimq::simulation
