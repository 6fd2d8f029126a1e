// SPDX-License-Identifier: MIT
#include "screen.hpp"

#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace demo {

Screen::Screen() : colours_{::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr} {
  // Whoever reads the demo through a pipe wants to see it happen as well.
  (void)std::setvbuf(stdout, nullptr, _IOLBF, 0);
}

void Screen::title(std::string_view text) const {
  std::printf("\n%s\n", paint(Colour::bold, text).c_str());
}

void Screen::act(std::string_view text) {
  std::printf("\n%s\n",
              paint(Colour::bold, std::to_string(++acts_) + ". " + std::string{text}).c_str());
}

void Screen::line(std::string_view who, std::string_view text) const {
  std::string name{who};
  name.resize(10, ' ');
  std::printf("  %7.3f s  %s %.*s\n", seconds(), paint(colour_of(who), name).c_str(),
              static_cast<int>(text.size()), text.data());
}

void Screen::held(std::string_view what) const {
  std::printf("         ok  %s\n", paint(Colour::green, what).c_str());
}

void Screen::failed(std::string_view what, std::string_view why) const {
  // On standard output, where the reader is looking, and at its end.
  std::printf("\n%s %.*s\n", paint(Colour::red, "FAILED:").c_str(), static_cast<int>(what.size()),
              what.data());
  if (!why.empty()) std::printf("%.*s\n", static_cast<int>(why.size()), why.data());
}

void Screen::fact(std::string_view name, std::string_view text) const {
  std::string padded{name};
  padded.resize(12, ' ');
  std::printf("  %s %.*s\n", paint(Colour::dim, padded).c_str(), static_cast<int>(text.size()),
              text.data());
}

void Screen::done(std::string_view text) const {
  std::printf("\n%s\n\n", paint(Colour::green, text).c_str());
}

double Screen::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

std::string Screen::paint(Colour colour, std::string_view text) const {
  static constexpr std::array<const char*, 8> kCodes{"0", "1", "2", "32", "31", "33", "34", "35"};
  if (!colours_ || colour == Colour::none) return std::string{text};
  return std::string{"\033["} + kCodes[static_cast<std::size_t>(colour)] + "m" + std::string{text} +
         "\033[0m";
}

Screen::Colour Screen::colour_of(std::string_view who) {
  if (who == "device") return Colour::blue;
  if (who == "requester") return Colour::magenta;
  if (who == "broker") return Colour::yellow;
  return Colour::dim;
}

std::string text(const char* format, ...) {
  std::array<char, 512> buffer{};
  std::va_list arguments;
  va_start(arguments, format);
  (void)std::vsnprintf(buffer.data(), buffer.size(), format, arguments);
  va_end(arguments);
  return buffer.data();
}

}  // namespace demo
