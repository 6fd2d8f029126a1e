// SPDX-License-Identifier: MIT
#include "minimq/detail/rx_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace minimq::detail {

RxBuffer::RxBuffer(std::span<std::byte> memory)
    : memory_{memory.data()}, capacity_{static_cast<std::uint32_t>(memory.size())} {}

std::span<std::byte> RxBuffer::space() {
  if (!holding() && begin_ != 0) {
    // Moving costs, so it waits until the free end has become short.
    if (begin_ == end_ || capacity_ - end_ < capacity_ / 4) {
      std::memmove(memory_, memory_ + begin_, end_ - begin_);
      scan_ -= begin_;
      end_ -= begin_;
      next_ = scan_;
      begin_ = 0;
    }
  }
  return {memory_ + end_, memory_ + capacity_};
}

void RxBuffer::commit(std::size_t count) {
  end_ += static_cast<std::uint32_t>(count);
  peak_ = std::max(peak_, end_ - begin_);
}

void RxBuffer::keep(std::size_t count) {
  if (next_ != scan_) std::memmove(memory_ + scan_, memory_ + next_, count);
  scan_ += static_cast<std::uint32_t>(count);
  next_ += static_cast<std::uint32_t>(count);
}

void RxBuffer::close_gap() {
  if (next_ == scan_) return;
  if (begin_ == scan_) {
    begin_ = scan_ = next_;
    return;
  }
  std::memmove(memory_ + scan_, memory_ + next_, end_ - next_);
  end_ -= next_ - scan_;
  next_ = scan_;
}

void RxBuffer::release() {
  begin_ += held_;
  held_ = 0;
}

void RxBuffer::clear() {
  if (!holding()) begin_ = 0;
  scan_ = next_ = end_ = begin_ + held_;
}

}  // namespace minimq::detail
