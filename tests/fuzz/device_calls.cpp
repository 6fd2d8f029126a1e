// SPDX-License-Identifier: MIT
//
// What the application asks for.
#include <array>

#include "fuzz/device.hpp"
#include "fuzz/require.hpp"

namespace minimq::fuzz {

namespace {

constexpr std::size_t waits_max = 8;
constexpr std::size_t deferred_max = 16;

}  // namespace

void Device::accepted(Outcome::Operation operation, const Result<Ticket>& ticket,
                      std::size_t filters) {
  if (!ticket) {
    require(!to_string(ticket.error()).empty(), "an error without a name");
    return;
  }
  if (ticket->empty()) return;
  require(find(ticket->packet_id()) == tickets_.end(), "a ticket that is in use");
  tickets_.push_back({ticket->packet_id(), operation, filters});
}

void Device::publish(const Publication& publication) {
  const std::size_t room = session_->tx_free();
  const auto ticket = session_->publish(publication);
  const bool copied = ticket && publication.qos != QoS::at_most_once;
  require(!copied || publication.payload.bytes().size() <= room, "accepted without room");
  accepted(Outcome::Operation::publish, ticket);
}

void Device::publish_written(Publication publication, std::size_t size) {
  Session& session = *session_;
  const auto writer = [&session, size](std::span<std::byte> space) -> std::optional<std::size_t> {
    const auto nested = session.publish({.topic = "nested"});
    require(!nested && nested.error() == Error::busy, "a nested call that is not refused");
    require(!session.next_event() && session.tx_free() == 0, "a nested look");
    require(!session.start() && !session.disconnect() && !session.reconnect_now(), "a nested end");
    if (size > space.size()) return size % 2 != 0 ? std::optional{size} : std::nullopt;
    std::ranges::fill(space.first(size), std::byte{'w'});
    return size;
  };
  publication.payload = writer;
  accepted(Outcome::Operation::publish, session.publish(publication));
}

void Device::subscribe(std::span<const TopicFilter> filters, std::span<const Property> properties) {
  accepted(Outcome::Operation::subscribe, session_->subscribe(filters, properties), filters.size());
}

void Device::unsubscribe(std::span<const std::string_view> filters) {
  accepted(Outcome::Operation::unsubscribe, session_->unsubscribe(filters), filters.size());
}

void Device::release() {
  if (!held_) return;
  const Message message = *held_;
  forget_held();
  message.release();
  message.release();  // The second one does nothing.
}

void Device::defer() {
  if (!held_ || deferred_.size() == deferred_max) return;
  const AckHandle handle = held_->defer_ack();
  if (handle.packet_id != 0) deferred_.push_back(handle);
}

void Device::acknowledge(std::size_t which, ReasonCode reason) {
  if (deferred_.empty()) return;
  const std::size_t index = which % deferred_.size();
  const auto result = session_->acknowledge(deferred_[index], reason);
  if (!result && result.error() == Error::reason_code_invalid) return;
  deferred_.erase(deferred_.begin() + static_cast<std::ptrdiff_t>(index));
}

std::optional<Instant> Device::deadline(std::optional<Duration> patience) {
  return patience ? std::optional{link_.now() + *patience} : std::nullopt;
}

void Device::add_wait(Wait wait) {
  if (waits_.size() == waits_max) return;
  waits_.push_back(std::move(wait));
  const Wait& added = waits_.back();
  if (added.poll) {
    added.poll->start();
  } else if (added.settled) {
    added.settled->start();
  } else {
    added.ready->start();
  }
}

void Device::await_poll(std::optional<Duration> patience) {
  forget_held();
  add_wait({.poll = std::make_unique<PollOperation>(*session_, deadline(patience))});
}

void Device::await_settled(std::size_t which, std::optional<Duration> patience) {
  Ticket ticket;
  if (!tickets_.empty()) ticket = Ticket{tickets_[which % tickets_.size()].packet_id};
  add_wait({.settled = std::make_unique<SettledOperation>(*session_, ticket, deadline(patience))});
}

void Device::await_ready(std::size_t bytes, std::optional<Duration> patience) {
  add_wait({.ready = std::make_unique<ReadyOperation>(*session_, bytes, deadline(patience)),
            .bytes = bytes});
}

void Device::cancel_wait(std::size_t which) {
  if (waits_.empty()) return;
  waits_.erase(waits_.begin() + static_cast<std::ptrdiff_t>(which % waits_.size()));
}

void Device::let_go() {
  waits_.clear();
  release();
  while (!deferred_.empty())
    acknowledge(0, ReasonCode::success);
}

}  // namespace minimq::fuzz
