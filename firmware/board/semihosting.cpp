// SPDX-License-Identifier: MIT
#include "board/semihosting.hpp"

#include <array>
#include <cstdint>

namespace firmware {

namespace {

enum class Request : std::uint32_t {
  open = 0x01,
  close = 0x02,
  read = 0x06,
  time = 0x11,
  command_line = 0x15,
  exit_extended = 0x20,
};

std::uint32_t call(Request request, const void* block) {
  register std::uint32_t result asm("r0") = static_cast<std::uint32_t>(request);
  register const void* argument asm("r1") = block;
  asm volatile("bkpt 0xab" : "+r"(result) : "r"(argument) : "memory");
  return result;
}

template <class Pointer>
std::uint32_t word(Pointer pointer) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(pointer));
}

constexpr std::uint32_t failed = 0xffffffff;

}  // namespace

void exit(int status) {
  constexpr std::uint32_t application_exit = 0x20026;
  const std::array block{application_exit, static_cast<std::uint32_t>(status)};
  for (;;)
    call(Request::exit_extended, block.data());
}

std::string_view argument(std::size_t index) {
  static std::array<char, 128> line;
  if (line[0] == '\0') {
    const std::array block{word(line.data()), static_cast<std::uint32_t>(line.size())};
    if (call(Request::command_line, block.data()) == failed) return {};
  }
  std::string_view rest{line.data()};
  for (; index != 0; --index) {
    const std::size_t space = rest.find(' ');
    if (space == std::string_view::npos) return {};
    rest.remove_prefix(space + 1);
  }
  const std::size_t space = rest.find(' ');
  if (space != std::string_view::npos) rest.remove_suffix(rest.size() - space);
  return rest;
}

bool host_random(std::span<std::byte> space) {
  return host_file("/dev/urandom", space).size() == space.size();
}

std::span<const std::byte> host_file(std::string_view path, std::span<std::byte> space) {
  constexpr std::uint32_t binary_reading = 1;
  // A word of the command line has no NUL behind it.
  std::array<char, 128> name{};
  if (path.empty() || path.size() >= name.size()) return {};
  path.copy(name.data(), path.size());
  const std::array opening{word(name.data()), binary_reading,
                           static_cast<std::uint32_t>(path.size())};
  const std::uint32_t file = call(Request::open, opening.data());
  if (file == failed) return {};
  const std::array reading{file, word(space.data()), static_cast<std::uint32_t>(space.size())};
  const std::uint32_t missing = call(Request::read, reading.data());
  const std::array closing{file};
  call(Request::close, closing.data());
  return space.first(missing <= space.size() ? space.size() - missing : 0);
}

std::uint32_t host_date() {
  return call(Request::time, nullptr);
}

}  // namespace firmware
