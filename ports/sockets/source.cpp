// SPDX-License-Identifier: MIT
#include <minimq/sockets/event_loop.hpp>
#include <minimq/sockets/socket.hpp>
#include <minimq/sockets/source.hpp>

#include <array>
#include <expected>
#include <span>
#include <utility>

namespace minimq::sockets {

Source::Source(EventLoop& loop) : Source{loop.sources_} {}

Result<void> Source::attach(int descriptor) {
  detach();
  for (std::size_t place = 0; place < PollSet::capacity; ++place) {
    if (set_.places_[place] != nullptr) continue;
    set_.places_[place] = this;
    place_ = static_cast<std::uint16_t>(place);
    descriptor_ = descriptor;
    return {};
  }
  return std::unexpected(Error::no_memory);
}

void Source::detach() {
  cancel();
  if (descriptor_ < 0) return;
  set_.places_[place_] = nullptr;
  descriptor_ = -1;
}

void Source::wait(Interest interest, Waiter& waiter) {
  waiter_ = &waiter;
  interest_ = interest;
  polled_ = false;
}

void Source::cancel() {
  waiter_ = nullptr;
  polled_ = false;
}

bool PollSet::wants(const Source* source) {
  return source != nullptr && source->waiter_ != nullptr &&
         (source->interest_.read || source->interest_.write);
}

Result<void> PollSet::poll(int timeout_ms) {
  std::array<socket::Question, capacity> questions;
  std::array<std::uint16_t, capacity> places;
  std::size_t count = 0;
  for (std::uint16_t place = 0; place < capacity; ++place) {
    Source* const source = places_[place];
    if (!wants(source)) continue;
    source->polled_ = true;
    questions[count] = {.descriptor = source->descriptor_, .interest = source->interest_};
    places[count] = place;
    ++count;
  }
  if (!socket::ask(std::span{questions}.first(count), timeout_ms))
    return std::unexpected(Error::link_error);
  for (std::size_t i = 0; i < count; ++i) {
    if (!questions[i].ready) continue;
    Source* const source = places_[places[i]];
    // A waiter told earlier may have detached this source, or begun another wait with it.
    if (source == nullptr || !source->polled_) continue;
    source->polled_ = false;
    // The waiter may destroy the source: nothing of it is used after the call.
    std::exchange(source->waiter_, nullptr)->ready();
  }
  return {};
}

}  // namespace minimq::sockets
