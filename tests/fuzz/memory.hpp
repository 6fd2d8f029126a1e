// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>

#include "fuzz/require.hpp"
#include "minimq/bytes.hpp"

#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#define MINIMQ_FUZZ_MSAN 1
#include <sanitizer/msan_interface.h>
#endif
#endif

namespace minimq::fuzz {

/// Nobody may depend on what these bytes are now: MemorySanitizer reports whoever does, and without
/// it they are something else.
inline void forget(std::span<std::byte> bytes) {
#ifdef MINIMQ_FUZZ_MSAN
  __msan_poison(bytes.data(), bytes.size());
#else
  std::ranges::fill(bytes, std::byte{0xDD});
#endif
}

/// Reads all of them.
inline void touch(Bytes bytes) {
#ifdef MINIMQ_FUZZ_MSAN
  __msan_check_mem_is_initialized(bytes.data(), bytes.size());
#else
  volatile unsigned sum = 0;
  for (const std::byte byte : bytes)
    sum = sum + std::to_integer<unsigned>(byte);
#endif
}

/// Memory of which nothing is known, alone on the heap, so that AddressSanitizer sees every access
/// beside it.
class Memory {
 public:
  explicit Memory(std::size_t size) : bytes_{new std::byte[size]}, size_{size} { forget(all()); }

  [[nodiscard]] std::span<std::byte> all() { return {bytes_.get(), size_}; }
  [[nodiscard]] bool contains(Bytes view) const {
    const std::less_equal<const std::byte*> not_behind;
    return not_behind(bytes_.get(), view.data()) &&
           not_behind(view.data() + view.size(), bytes_.get() + size_);
  }
  /// Those of the bytes that are here.
  void forget_view(Bytes view) {
    if (!view.empty() && contains(view)) {
      forget(all().subspan(static_cast<std::size_t>(view.data() - bytes_.get()), view.size()));
    }
  }

 private:
  std::unique_ptr<std::byte[]> bytes_;
  std::size_t size_;
};

/// An object in such memory.
template <class T>
class InMemory {
 public:
  template <class... Arguments>
  explicit InMemory(Arguments&&... arguments)
      : object_{new(memory_.all().data()) T(std::forward<Arguments>(arguments)...)} {}
  ~InMemory() { object_->~T(); }
  InMemory(const InMemory&) = delete;
  InMemory& operator=(const InMemory&) = delete;
  [[nodiscard]] T& operator*() const { return *object_; }
  [[nodiscard]] T* operator->() const { return object_; }

 private:
  Memory memory_{sizeof(T)};
  T* object_;
};

}  // namespace minimq::fuzz
