// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

namespace minimq {

/// Memory for coroutine frames, inside storage that the caller owns.
///
/// Frames may be freed in any order; neighbouring free blocks grow together again. A search takes
/// the lowest block that fits and visits each free block at most once, so the same calls always
/// give the same layout. Each frame costs a header of two pointers, and sizes are rounded up to
/// alignof(std::max_align_t), which is also the alignment of what is handed out. There is no heap
/// behind it: what does not fit is refused and counted.
///
/// The storage is borrowed for the life of the arena. The arena must outlive all that was allocated
/// from it. One thread only.
class Arena {
  struct Block;

 public:
  /// Bytes at the ends of a misaligned `storage` are left alone. An empty one refuses everything.
  explicit Arena(std::span<std::byte> storage) noexcept;

  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Returns room for `bytes`, or null when no free block is large enough; that counts in failed().
  [[nodiscard]] void* allocate(std::size_t bytes) noexcept;

  /// Gives memory back to the arena it came from; null is allowed. The memory ends here.
  static void release(void* memory) noexcept;

  /// What one allocation of `bytes` takes from an arena, its header included.
  /// `bytes` must be far from the limit of std::size_t.
  [[nodiscard]] static constexpr std::size_t space_for(std::size_t bytes) noexcept;

  /// Bytes that can be allocated, headers included: the storage without its misaligned ends.
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  /// Bytes in use now, headers included.
  [[nodiscard]] std::size_t used() const noexcept { return used_; }

  /// High-water mark in bytes: how far into the storage allocations have ever reached. Holes are
  /// included, so an aligned storage of this size would have served the same successful calls.
  [[nodiscard]] std::size_t peak() const noexcept { return peak_; }

  /// How many allocations were refused. It stops at its largest value.
  [[nodiscard]] std::uint32_t failed() const noexcept { return failed_; }

 private:
  // All block sizes are multiples of the header's, so what a split leaves can always hold one.
  struct alignas(std::max_align_t) Block {
    std::size_t bytes;
    union {
      Block* next;   // while free: the next free block, by address
      Arena* owner;  // while in use: where release() brings it back to
    };
  };

  [[nodiscard]] static std::byte* end_of(Block* block) noexcept {
    return reinterpret_cast<std::byte*>(block) + block->bytes;
  }

  [[nodiscard]] void* take(Block*& link, std::size_t wanted) noexcept;
  void give_back(Block* block) noexcept;
  static void merge_with_next(Block* block) noexcept;

  std::byte* begin_ = nullptr;
  Block* free_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;
  std::size_t peak_ = 0;
  std::uint32_t failed_ = 0;
};

inline Arena::Arena(std::span<std::byte> storage) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(storage.data());
  const std::size_t skipped = (alignof(Block) - address % alignof(Block)) % alignof(Block);
  if (storage.size() < skipped + sizeof(Block)) return;
  begin_ = storage.data() + skipped;
  capacity_ = (storage.size() - skipped) / sizeof(Block) * sizeof(Block);
  free_ = ::new (begin_) Block{capacity_, {nullptr}};
}

constexpr std::size_t Arena::space_for(std::size_t bytes) noexcept {
  return sizeof(Block) + (bytes + sizeof(Block) - 1) / sizeof(Block) * sizeof(Block);
}

inline void* Arena::allocate(std::size_t bytes) noexcept {
  if (bytes < capacity_) {  // also keeps the sum in space_for() from wrapping around
    const std::size_t wanted = space_for(bytes);
    for (Block** link = &free_; *link != nullptr; link = &(*link)->next) {
      if ((*link)->bytes >= wanted) return take(*link, wanted);
    }
  }
  if (failed_ != UINT32_MAX) ++failed_;
  return nullptr;
}

inline void* Arena::take(Block*& link, std::size_t wanted) noexcept {
  Block* const block = link;
  if (block->bytes > wanted) {
    std::byte* const rest = reinterpret_cast<std::byte*>(block) + wanted;
    link = ::new (rest) Block{block->bytes - wanted, {block->next}};
    block->bytes = wanted;
  } else {
    link = block->next;
  }
  block->owner = this;
  used_ += wanted;
  const auto reach = static_cast<std::size_t>(end_of(block) - begin_);
  if (peak_ < reach) peak_ = reach;
  return block + 1;
}

inline void Arena::release(void* memory) noexcept {
  if (memory == nullptr) return;
  Block* const block = static_cast<Block*>(memory) - 1;
  block->owner->give_back(block);
}

inline void Arena::give_back(Block* block) noexcept {
  used_ -= block->bytes;
  Block* before = nullptr;
  Block* after = free_;
  while (after != nullptr && after < block) {
    before = after;
    after = after->next;
  }
  block->next = after;
  (before != nullptr ? before->next : free_) = block;
  merge_with_next(block);
  if (before != nullptr) merge_with_next(before);
}

inline void Arena::merge_with_next(Block* block) noexcept {
  Block* const next = block->next;
  if (next == nullptr || end_of(block) != reinterpret_cast<std::byte*>(next)) return;
  block->bytes += next->bytes;
  block->next = next->next;
}

}  // namespace minimq
