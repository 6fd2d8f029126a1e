// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace demo {

/// What the person in front of the demo sees: acts, and in each of them who did what when.
class Screen {
 public:
  /// Colours only if standard output is a terminal, and NO_COLOR is not set.
  Screen();

  void title(std::string_view text) const;
  void act(std::string_view text);
  void line(std::string_view who, std::string_view text) const;
  /// An expectation that held.
  void held(std::string_view what) const;
  void failed(std::string_view what, std::string_view why) const;
  /// A line of the summary.
  void fact(std::string_view name, std::string_view text) const;
  void done(std::string_view text) const;

  /// Since the demo began.
  [[nodiscard]] double seconds() const;

 private:
  enum class Colour {
    none,
    bold,
    dim,
    green,
    red,
    yellow,
    blue,
    magenta,
  };

  [[nodiscard]] std::string paint(Colour colour, std::string_view text) const;
  [[nodiscard]] static Colour colour_of(std::string_view who);

  std::chrono::steady_clock::time_point begin_{std::chrono::steady_clock::now()};
  bool colours_;
  int acts_{0};
};

/// As printf would write it.
[[nodiscard, gnu::format(printf, 1, 2)]] std::string text(const char* format, ...);

}  // namespace demo
