// SPDX-License-Identifier: MIT
#include "support/memory_transport.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <gtest/gtest.h>

namespace minimq::testing {

namespace {

// A waiter may be called this often while nothing moves: what one event of a transport takes is
// far less.
constexpr int idle_calls_max = 100;

}  // namespace

void MemoryTransport::deliver(const std::vector<std::byte>& bytes, std::size_t piece_size) {
  EXPECT_TRUE(is_open()) << "bytes for a stream that is not open";
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t size = std::min(piece_size, bytes.size() - begin);
    const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(begin);
    input_.emplace_back(first, first + static_cast<std::ptrdiff_t>(size));
    begin += size;
  }
}

void MemoryTransport::reset() {
  input_.clear();
  end_ = Error::link_error;
  broken_ = true;
}

std::size_t MemoryTransport::unread() const {
  std::size_t count = 0;
  for (const auto& piece : input_)
    count += piece.size();
  return count;
}

Result<Transport::Progress> MemoryTransport::open(const Broker& broker) {
  EXPECT_NE(state_, State::open) << "open() on a stream that is open";
  const std::string name = std::string{broker.host()} + ':' + std::to_string(broker.port());
  if (state_ == State::opening) {
    EXPECT_EQ(opened_.back(), name) << "another broker while opening is pending";
  } else {
    opened_.push_back(name);
  }
  if (!open_result_) {
    state_ = State::closed;
  } else if (*open_result_ == Progress::pending) {
    state_ = State::opening;
  } else {
    state_ = State::open;
    streams_.emplace_back();
    judge_.connected();
    ++activity_;
  }
  return open_result_;
}

Result<std::size_t> MemoryTransport::read(std::span<std::byte> space) {
  EXPECT_TRUE(is_open()) << "read() on a stream that is not open";
  EXPECT_FALSE(space.empty()) << "read() without space";
  if (input_.empty()) {
    if (end_) return std::unexpected{*end_};
    return 0;
  }
  std::vector<std::byte>& piece = input_.front();
  const std::size_t count = std::min(piece.size(), space.size());
  std::copy_n(piece.begin(), count, space.begin());
  judge_.server_bytes(space.first(count), time());
  piece.erase(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count));
  if (piece.empty()) input_.pop_front();
  activity_ += count;
  return count;
}

Result<std::size_t> MemoryTransport::write(TxSpans spans) {
  EXPECT_TRUE(is_open()) << "write() on a stream that is not open";
  if (!is_open() || broken_) return std::unexpected{Error::link_error};
  std::size_t left = std::min(write_budget_, write_piece_);
  std::size_t count = 0;
  for (const Bytes piece : spans) {
    EXPECT_FALSE(piece.empty()) << "write() of an empty piece";
    const Bytes taken = piece.first(std::min(left, piece.size()));
    streams_.back().insert(streams_.back().end(), taken.begin(), taken.end());
    judge_.client_bytes(taken, time());
    left -= taken.size();
    count += taken.size();
  }
  if (count == 0) judge_.client_blocked(time());
  report();
  if (write_budget_ != SIZE_MAX) write_budget_ -= count;
  activity_ += count;
  return count;
}

void MemoryTransport::report() {
  for (const judge::Violation& violation : judge_.take_violations())
    ADD_FAILURE() << "the client breaks the specification: " << violation.what();
}

void MemoryTransport::close() {
  judge_.closed(time());
  report();
  if (state_ != State::closed) ++activity_;
  state_ = State::closed;
  ++close_count_;
  input_.clear();
  end_.reset();
  broken_ = false;
}

void MemoryTransport::wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) {
  cancel(waiter);
  waits_.push_back({&waiter, interest, deadline});
}

void MemoryTransport::cancel(Waiter& waiter) {
  std::erase_if(waits_, [&](const Wait& wait) { return wait.waiter == &waiter; });
}

void MemoryTransport::entropy(std::span<std::byte> space) {
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (entropy_) {
      space[i] = std::bit_cast<std::array<std::byte, 4>>(*entropy_)[i % 4];
    } else {
      entropy_state_ = entropy_state_ * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
      space[i] = static_cast<std::byte>(entropy_state_ >> 56);
    }
  }
}

bool MemoryTransport::possible(Interest interest) const {
  if (!interest.read && !interest.write) return false;
  switch (state_) {
    case State::closed: return false;
    case State::opening: return open_result_ != Progress::pending;
    case State::open: break;
  }
  const bool readable = !input_.empty() || end_.has_value();
  return broken_ || (interest.read && readable) || (interest.write && write_budget_ != 0);
}

bool MemoryTransport::due(const Wait& wait) const {
  return (wait.deadline && *wait.deadline <= clock_.now()) || possible(wait.interest);
}

void MemoryTransport::run_until_idle() {
  int idle_calls = 0;
  for (;;) {
    const auto wait = std::ranges::find_if(waits_, [this](const Wait& one) { return due(one); });
    if (wait == waits_.end()) return;
    Waiter& waiter = *wait->waiter;
    waits_.erase(wait);
    const std::size_t before = activity_;
    waiter.ready();
    idle_calls = before == activity_ ? idle_calls + 1 : 0;
    if (idle_calls > idle_calls_max) {
      ADD_FAILURE() << "a spin: woken again and again, and nothing moves";
      return;
    }
  }
}

void MemoryTransport::advance(Duration duration) {
  const Instant end = clock_.now() + duration;
  for (;;) {
    run_until_idle();
    std::optional<Instant> next;
    for (const Wait& wait : waits_) {
      if (wait.deadline) next = std::min(next.value_or(Instant::max()), *wait.deadline);
    }
    if (!next || *next > end || *next <= clock_.now()) break;
    clock_.set(*next);
  }
  clock_.set(end);
  run_until_idle();
}

}  // namespace minimq::testing
