// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/tls/entropy_source.hpp>
#include <minimq/tls/wall_clock.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "board/semihosting.hpp"

/// What a product has in its flash, and hardware gives it, comes from the host here.
namespace firmware {

class HostCalendar final : public minimq::tls::WallClock {
 public:
  std::optional<std::chrono::sys_seconds> date() override {
    return std::chrono::sys_seconds{std::chrono::seconds{host_date()}};
  }
};

class HostEntropy final : public minimq::tls::EntropySource {
 public:
  bool fill(std::span<std::byte> space) override { return host_random(space); }
};

/// A file that a word of the command line names; empty if there is no such word.
class HostFile {
 public:
  explicit HostFile(std::size_t argument_index)
      : bytes_{host_file(argument(argument_index), space_)} {}
  HostFile(const HostFile&) = delete;
  HostFile& operator=(const HostFile&) = delete;

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::array<std::byte, 640> space_;
  std::span<const std::byte> bytes_;
};

/// Static memory for one object that lives as long as the program: it has no destructor, which
/// would need code behind main.
template <class T>
class Forever {
 public:
  template <class... Arguments>
  T& make(Arguments&&... arguments) {
    return *std::construct_at(reinterpret_cast<T*>(place_), std::forward<Arguments>(arguments)...);
  }

 private:
  alignas(T) std::byte place_[sizeof(T)];
};

/// The words of the command line behind the broker's address. The files are DER.
enum Word : std::size_t {
  authority = 2,
  server_name = 3,
  certificate = 4,  ///< of the device; may be missing, and
  private_key = 5,  ///< then this, too
};

}  // namespace firmware
