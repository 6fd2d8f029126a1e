// SPDX-License-Identifier: MIT
#include "fuzz/link.hpp"

#include <algorithm>

#include "fuzz/memory.hpp"
#include "fuzz/require.hpp"

namespace minimq::fuzz {

void Link::deliver(Bytes bytes, std::size_t piece) {
  if (!is_open() || end_) return;
  while (!bytes.empty()) {
    const Bytes first = bytes.first(std::min(std::max<std::size_t>(piece, 1), bytes.size()));
    input_.emplace_back(first.begin(), first.end());
    bytes = bytes.subspan(first.size());
  }
}

void Link::reset() {
  input_.clear();
  end_ = Error::link_error;
  broken_ = true;
}

void Link::sleep(Duration duration) {
  judge_.client_blocked(time());
  pass(duration);
}

Result<Transport::Progress> Link::open(const Broker& broker) {
  ++calls_;
  require(broker.valid(), "open() of a broker that is not valid");
  require(state_ != State::open, "open() of a stream that is open");
  state_ = State::closed;
  if (!open_result_) return open_result_;
  state_ = *open_result_ == Progress::ready ? State::open : State::opening;
  if (state_ == State::open) {
    stream_.clear();
    ++stream_count_;
    ++activity_;
    judge_.connected();
    trace_.opened();
  }
  return open_result_;
}

Result<std::size_t> Link::read(std::span<std::byte> space) {
  ++calls_;
  require(state_ == State::open, "read() without a stream");
  require(!space.empty(), "read() without space");
  if (input_.empty()) {
    if (end_) return std::unexpected{*end_};
    return 0;
  }
  std::vector<std::byte>& piece = input_.front();
  const std::size_t count = std::min(piece.size(), space.size());
  std::copy_n(piece.begin(), count, space.begin());
  trace_.server_bytes(space.first(count));
  judge_.server_bytes(space.first(count), time());
  piece.erase(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count));
  if (piece.empty()) input_.pop_front();
  activity_ += count;
  return count;
}

Result<std::size_t> Link::write(TxSpans spans) {
  ++calls_;
  require(state_ == State::open, "write() without a stream");
  if (broken_) return std::unexpected{Error::link_error};
  std::size_t left = std::min(write_budget_, write_piece_);
  std::size_t count = 0;
  for (const Bytes piece : spans) {
    require(!piece.empty(), "write() of an empty piece");
    touch(piece);
    const Bytes taken = piece.first(std::min(left, piece.size()));
    stream_.insert(stream_.end(), taken.begin(), taken.end());
    trace_.client_bytes(taken);
    judge_.client_bytes(taken, time());
    left -= taken.size();
    count += taken.size();
  }
  if (count == 0) judge_.client_blocked(time());
  hear_judge();
  if (write_budget_ != SIZE_MAX) write_budget_ -= count;
  activity_ += count;
  return count;
}

void Link::hear_judge() {
  for (const judge::Violation& violation : judge_.take_violations())
    require(false, violation.what());
}

void Link::close() {
  ++calls_;
  judge_.closed(time());
  hear_judge();
  if (state_ == State::open) {
    ++activity_;
    trace_.closed();
  }
  state_ = State::closed;
  input_.clear();
  end_.reset();
  broken_ = false;
}

void Link::wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) {
  require(!wait_ || wait_->waiter == &waiter, "a second waiter");
  wait_ = Wait{interest, deadline, &waiter};
}

void Link::cancel(Waiter& waiter) {
  if (wait_ && wait_->waiter == &waiter) wait_.reset();
}

bool Link::possible(Interest interest) const {
  if (!interest.read && !interest.write) return false;
  if (state_ == State::closed) return false;
  if (state_ == State::opening) return open_result_ != Progress::pending;
  const bool readable = !input_.empty() || end_.has_value();
  const bool writable = write_budget_ != 0 && write_piece_ != 0;
  return broken_ || (interest.read && readable) || (interest.write && writable);
}

bool Link::wake() {
  if (!wait_) return false;
  const bool due = (wait_->deadline && *wait_->deadline <= now_) || possible(wait_->interest);
  if (!due) return false;
  Waiter& waiter = *wait_->waiter;
  wait_.reset();
  waiter.ready();
  return true;
}

void Link::entropy(std::span<std::byte> space) {
  for (std::byte& byte : space) {
    entropy_ = entropy_ * 1'664'525u + 1'013'904'223u;
    byte = static_cast<std::byte>(entropy_ >> 24);
  }
}

}  // namespace minimq::fuzz
