// SPDX-License-Identifier: MIT
#include "simulation/small_world.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "simulation/payload.hpp"

namespace minimq::simulation {

namespace {

// The session is always built in the same place, on memory that was zero, so that the same history
// leaves the same bytes.
struct Place {
  alignas(Session) std::array<std::byte, sizeof(Session)> session;
  alignas(8) std::array<std::byte, 128> rx;
  alignas(8) std::array<std::byte, 512> tx;
};
Place& place() {
  static Place one;
  return one;
}

void add(std::uint64_t& hash, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  for (std::size_t i = 0; i < size; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i, std::min<std::size_t>(8, size - i));
    hash = (hash ^ word) * 0x9E37'79B9'7F4A'7C15u;
    hash ^= hash >> 32;
  }
}

// Whole packets, taken from the front of a stream.
void split(std::string& stream, std::deque<std::string>& packets) {
  while (stream.size() >= 2) {
    const std::size_t size = 2 + static_cast<unsigned char>(stream[1]);  // all are short
    if (stream.size() < size) return;
    packets.push_back(stream.substr(0, size));
    stream.erase(0, size);
  }
}

}  // namespace

SmallWorld::SmallWorld(const Bounds& bounds) : bounds_{bounds} {
  broker_.habits.hands_on_at_pubrel = bounds.hands_on_at_pubrel;
  broker_.habits.smallest_ids = true;
  std::memset(&place(), 0, sizeof(Place));
  // One for all worlds: what is between its members is copied with it.
  static const Config config{.broker = Broker{"broker", 1883},
                             .client_id = "device",
                             .buffers = {place().rx, place().tx},
                             .receive_maximum = 2};
  new (place().session.data()) Session{config, *this};
  drive();
}

SmallWorld::~SmallWorld() {
  session().~Session();
}

Session& SmallWorld::session() const {
  return *std::launder(reinterpret_cast<Session*>(place().session.data()));
}

bool SmallWorld::possible(Action action) const {
  switch (action) {
    case Action::publish: return published_ < bounds_.messages;
    case Action::take: return true;
    case Action::publish_elsewhere:
      return published_elsewhere_ < bounds_.messages && broker_.subscribed("device", "b");
    case Action::to_broker: return open_ && !to_broker_.empty();
    case Action::to_client: return open_ && !to_client_.empty();
    case Action::cut: return open_ && cuts_ < bounds_.cuts;
    case Action::reconnect:
    case Action::reconnect_afresh: return session().state() == Session::State::waiting;
    case Action::wait: return open_ && waits_ < bounds_.waits;
  }
  return false;
}

void SmallWorld::perform(Action action) {
  switch (action) {
    case Action::publish: {
      const std::uint32_t number = ledger_.next_number();
      const auto qos = static_cast<QoS>(bounds_.qos);
      ++published_;
      const std::string payload = make_payload(number, 10);
      ledger_.published(qos, "d",
                        session().publish({.topic = "d", .payload = payload, .qos = qos}));
      break;
    }
    case Action::take: (void)take(); break;
    case Action::publish_elsewhere:
      broker_.publish({.topic = "b",
                       .payload = make_payload(from_broker | ++published_elsewhere_, 10),
                       .qos = bounds_.qos},
                      now_.time_since_epoch().count());
      break;
    case Action::to_broker: {
      const std::string packet = to_broker_.front();
      to_broker_.pop_front();
      broker_.receive(connection_, packet, now_.time_since_epoch().count());
      break;
    }
    case Action::to_client:
      unread_ += to_client_.front();
      to_client_.pop_front();
      break;
    case Action::cut:
      ++cuts_;
      lose_link();
      break;
    case Action::reconnect_afresh: broker_.lose_sessions(); [[fallthrough]];
    case Action::reconnect: now_ = std::max(now_, session().next_deadline().value_or(now_)); break;
    case Action::wait:
      ++waits_;
      now_ = std::max(now_, session().next_deadline().value_or(now_));
      break;
  }
  collect();
  drive();
}

void SmallWorld::collect() {
  if (connection_ < 0) return;
  std::string bytes{as_text(broker_.take_output(connection_))};
  split(bytes, to_client_);
}

void SmallWorld::drive() {
  for (int rounds = 0; rounds < 4; ++rounds) {
    session().drive(now_);
    const auto deadline = session().next_deadline();
    const bool again = deadline && *deadline <= now_;
    if (!again && unread_.empty() && !(open_ && broken_)) break;
  }
}

bool SmallWorld::take() {
  inbound_.released();
  const auto event = session().next_event();
  if (!event) return false;
  if (event->kind() == Event::Kind::connected) {
    const auto ticket = session().subscribe({.filter = "b"});
    journal_.require(ticket.has_value(), "I20", "no room to subscribe");
    if (ticket) ledger_.requested(Outcome::Operation::subscribe, *ticket);
  } else if (event->kind() == Event::Kind::inbound) {
    const auto number = number_of(event->message().text());
    journal_.require(number.has_value(), "I4", "a payload that nobody sent");
    inbound_.taken(number.value_or(0), static_cast<unsigned>(event->message().qos()));
    ledger_.delivered(event->message(), number.value_or(0));
    ++seen_[number.value_or(0)];
  } else if (event->kind() == Event::Kind::settled) {
    ledger_.settled(event->outcome());
    if (event->outcome().operation() == Outcome::Operation::subscribe && event->outcome().ok()) {
      subscribed_ = true;
    }
  }
  return true;
}

void SmallWorld::come_to_rest() {
  int quiet = 0;  // What is read when a message is released shows in the round after.
  for (int rounds = 0; rounds < 300 && quiet < 3 && violation().empty(); ++rounds) {
    bool moved = take();
    for (const Action action : {Action::to_broker, Action::to_client, Action::reconnect}) {
      if (!possible(action)) continue;
      perform(action);
      moved = true;
    }
    drive();
    quiet = moved ? 0 : quiet + 1;
  }
  if (!violation().empty()) return;
  journal_.require(session().state() == Session::State::online, "I20", "not online at rest");
  journal_.require(broker_.subscribed("device", "b"), "I20", "not subscribed at rest");
  journal_.require(broker_.sent_all("device") && broker_.received_all("device"), "I20",
                   "exchanges are under way at rest");
  ledger_.audit(broker_.session_of("device"));
}

std::uint64_t SmallWorld::digest() const {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325u;
  add(hash, &place(), sizeof(Place));
  const auto text = [&hash](const std::string& words) {
    add(hash, words.data(), words.size());
    const std::size_t size = words.size();
    add(hash, &size, sizeof size);
  };
  text(broker_.digest());
  for (const auto& packet : to_broker_)
    text(packet);
  text("|");
  for (const auto& packet : to_client_)
    text(packet);
  text(unread_);
  for (const auto& [number, count] : seen_)
    text(std::to_string(number) + ':' + std::to_string(count));
  const std::array numbers{published_, published_elsewhere_, cuts_,
                           waits_,     unsigned{open_},      unsigned{broken_}};
  add(hash, numbers.data(), sizeof numbers);
  return hash;
}

}  // namespace minimq::simulation
