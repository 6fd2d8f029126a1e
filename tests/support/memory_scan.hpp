// SPDX-License-Identifier: MIT
#pragma once

#include <cinttypes>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>

namespace minimq::testing {

/// How often `secret` is in the writable memory of this process, but for where it is itself: on the
/// heap, freed or not, on the stack and in variables. Backwards as well, as big numbers are kept.
/// Nothing is copied meanwhile.
class MemoryScan {
 public:
  explicit MemoryScan(std::span<const std::byte> secret) : secret_{secret} {
    std::FILE* const maps = std::fopen("/proc/self/maps", "r");
    char line[512];
    while (maps != nullptr && std::fgets(line, sizeof line, maps) != nullptr) {
      std::uintptr_t begin = 0;
      std::uintptr_t end = 0;
      char access[5] = {};
      if (std::sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &begin, &end, access) != 3) continue;
      if (std::strncmp(access, "rw", 2) != 0) continue;
      search({reinterpret_cast<const std::byte*>(begin), end - begin});
    }
    if (maps != nullptr) std::fclose(maps);
  }

  [[nodiscard]] std::size_t copies() const { return copies_; }
  /// Of the last copy; null if there is none.
  [[nodiscard]] const void* where() const { return where_; }

 private:
  void search(std::span<const std::byte> region) {
    for (std::size_t at = 0; at + secret_.size() <= region.size(); ++at) {
      const std::byte* const here = region.data() + at;
      if (here == secret_.data() || !(same(here) || reversed(here))) continue;
      ++copies_;
      where_ = here;
    }
  }
  [[nodiscard]] bool same(const std::byte* here) const {
    return here[0] == secret_[0] && std::memcmp(here, secret_.data(), secret_.size()) == 0;
  }
  [[nodiscard]] bool reversed(const std::byte* here) const {
    std::size_t i = 0;
    while (i < secret_.size() && here[i] == secret_[secret_.size() - 1 - i])
      ++i;
    return i == secret_.size();
  }

  std::span<const std::byte> secret_;
  std::size_t copies_{0};
  const void* where_{nullptr};
};

}  // namespace minimq::testing
