// SPDX-License-Identifier: MIT
#include "ports/bearssl/link.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace minimq::testing {

bool Link::run_once() {
  if (waiter_ == nullptr) return false;
  const bool due = deadline_ && *deadline_ <= clock.now();
  const bool readable = !to_client_.empty() || ended_ || broken();
  const bool writable = write_budget != 0 || broken();
  const bool possible = open_ && ((interest_.read && readable) || (interest_.write && writable));
  if (!due && !possible) return false;
  std::exchange(waiter_, nullptr)->ready();
  return true;
}

Result<Transport::Progress> Link::open(const Broker& broker) {
  EXPECT_FALSE(open_) << "open() of what is open";
  EXPECT_FALSE(broker.tls()) << "the lower transport is asked for TLS";
  opened_.push_back(std::string{broker.host()} + ':' + std::to_string(broker.port()));
  if (open_result != Progress::ready) return open_result;
  open_ = true;
  ended_ = false;
  sent_ = received_ = 0;
  to_server_.clear();
  to_client_.clear();
  return open_result;
}

bool Link::blocks(bool& blocked) const {
  blocked = blocks_every_other_time && !blocked;
  return blocked;
}

Result<std::size_t> Link::read(std::span<std::byte> space) {
  EXPECT_TRUE(open_) << "read() of what is not open";
  EXPECT_FALSE(space.empty());
  if (broken()) return std::unexpected{Error::link_error};
  if (blocks(read_blocked_)) return 0;
  if (to_client_.empty() && ended_) return std::unexpected{Error::link_closed};
  const std::size_t count =
      std::min({piece, space.size(), to_client_.size(), cut_to_client - received_});
  std::copy_n(std::as_bytes(std::span{to_client_}).begin(), count, space.begin());
  to_client_.erase(0, count);
  received_ += count;
  return count;
}

Result<std::size_t> Link::write(TxSpans spans) {
  EXPECT_TRUE(open_) << "write() to what is not open";
  if (broken() || write_fails) return std::unexpected{Error::link_error};
  if (blocks(write_blocked_)) return 0;
  std::string bytes;
  for (const Bytes span : spans) {
    EXPECT_FALSE(span.empty());
    bytes += as_text(span);
  }
  bytes.resize(std::min({piece, bytes.size(), write_budget, cut_to_server - sent_}));
  to_server_ += bytes;
  everything_sent_ += bytes;
  sent_ += bytes.size();
  if (write_budget != SIZE_MAX) write_budget -= bytes.size();
  return bytes.size();
}

void Link::close() {
  open_ = false;
}

void Link::wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) {
  waiter_ = &waiter;
  interest_ = interest;
  deadline_ = deadline;
}

void Link::cancel(Waiter& waiter) {
  if (waiter_ == &waiter) waiter_ = nullptr;
}

void Link::entropy(std::span<std::byte> space) {
  for (std::byte& byte : space) {
    entropy_state_ = entropy_state_ * 1'664'525u + 1'013'904'223u;
    byte = static_cast<std::byte>(entropy_state_ >> 24);
  }
}

}  // namespace minimq::testing
