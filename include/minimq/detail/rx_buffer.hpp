// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "minimq/bytes.hpp"

namespace minimq::detail {

/// The receive buffer: `[held message][messages nobody has taken][not scanned yet][free]`. What was
/// handed out never moves; the rest is moved down only when the free end is too short.
class RxBuffer {
 public:
  explicit RxBuffer(std::span<std::byte> memory);

  /// Where the transport writes next.
  [[nodiscard]] std::span<std::byte> space();
  void commit(std::size_t count);

  /// Received, and not scanned yet.
  [[nodiscard]] Bytes unscanned() const { return {memory_ + next_, memory_ + end_}; }
  /// Scanned messages that nobody has taken.
  [[nodiscard]] Bytes untaken() const { return {memory_ + begin_ + held_, memory_ + scan_}; }
  /// The next `count` unscanned bytes are a message to be kept.
  void keep(std::size_t count);
  /// The next `count` unscanned bytes are done with.
  void drop(std::size_t count) { next_ += static_cast<std::uint32_t>(count); }
  /// Scanning pauses: what is left moves to where dropped packets were, once for all of them.
  void close_gap();

  /// The first `count` untaken bytes are handed out.
  void hold(std::size_t count) { held_ = static_cast<std::uint32_t>(count); }
  /// What was handed out is done with. Views end here.
  void release();
  [[nodiscard]] bool holding() const { return held_ != 0; }

  /// Forgets everything but the message that is held.
  void clear();
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] std::size_t used() const { return end_ - begin_; }
  [[nodiscard]] std::size_t peak() const { return peak_; }
  /// Nothing can be received until a message is taken or released.
  [[nodiscard]] bool blocked() const { return end_ == capacity_ && (begin_ == 0 || holding()); }

 private:
  std::byte* memory_;
  std::uint32_t capacity_;
  std::uint32_t begin_{0};  // of the message held, or of the first untaken one
  std::uint32_t held_{0};   // the size of the message held
  std::uint32_t scan_{0};   // the end of the messages kept
  std::uint32_t next_{0};   // where scanning goes on; differs from scan_ only during a scan
  std::uint32_t end_{0};
  std::uint32_t peak_{0};
};

}  // namespace minimq::detail
