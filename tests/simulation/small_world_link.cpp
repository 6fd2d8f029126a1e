// SPDX-License-Identifier: MIT
//
// The link of a small world, what is seen on it, and the search through all that can happen.
#include <algorithm>
#include <cstring>
#include <optional>
#include <unordered_set>

#include "simulation/small_world.hpp"

namespace minimq::simulation {

Result<Transport::Progress> SmallWorld::open(const Broker&) {
  open_ = true;
  broken_ = false;
  connection_ = broker_.open(now_.time_since_epoch().count());
  outbound_.opened();
  inbound_.opened(session().counters().refused_inbound);
  return Progress::ready;
}

Result<std::size_t> SmallWorld::read(std::span<std::byte> space) {
  if (broken_) return std::unexpected{Error::link_error};
  const std::size_t count = std::min(space.size(), unread_.size());
  std::memcpy(space.data(), unread_.data(), count);
  if (count == 0) return 0;
  outbound_.chunk_read();
  std::string bytes = unread_.substr(0, count);
  unread_.erase(0, count);
  for (bool bad = false; !bytes.empty();) {
    const auto packet = parse_server_packet(bytes, bad);
    if (!packet) break;  // Packets arrive whole, and rx has room for all of them.
    const bool fresh = packet->type == 2 && packet->reason == 0 && !packet->session_present;
    outbound_.received(*packet);
    inbound_.received(*packet);
    if (fresh) {
      ledger_.new_session_told(broker_.session_of("device"));
      inbound_.session_over();
    }
    bytes.erase(0, packet->size);
  }
  return count;
}

Result<std::size_t> SmallWorld::write(TxSpans spans) {
  if (broken_) return std::unexpected{Error::link_error};
  std::size_t count = 0;
  for (const Bytes piece : spans) {
    unsent_ += as_text(piece);
    count += piece.size();
  }
  while (const auto packet = judge::parse_client_packet(as_bytes(unsent_))) {
    to_broker_.push_back(unsent_.substr(0, packet->size));
    unsent_.erase(0, packet->size);
    outbound_.sent(*packet);
    inbound_.sent(*packet, session().counters().refused_inbound);
  }
  return count;
}

void SmallWorld::close() {
  if (!open_) return;
  open_ = false;
  if (!broken_) lose_link();
  ledger_.link_lost();
  if (outbound_.closed({})) {
    ledger_.new_session_told(0);
    inbound_.session_over();
  }
}

// What was under way is lost.
void SmallWorld::lose_link() {
  broken_ = true;
  to_broker_.clear();
  to_client_.clear();
  unread_.clear();
  unsent_.clear();
  broker_.lost(connection_, now_.time_since_epoch().count());
}

void SmallWorld::entropy(std::span<std::byte> space) {
  std::ranges::fill(space, std::byte{0x21});
}

void SmallWorld::handed_on(std::uint64_t session, const model::Message& message) {
  ledger_.handed_on(session, message);
}

void SmallWorld::queued(std::uint64_t session, const model::Outgoing& outgoing) {
  ledger_.queued(session, outgoing);
}

void SmallWorld::completed(const model::Outgoing& outgoing, unsigned reason) {
  ledger_.completed(outgoing, reason);
}

void SmallWorld::discarded(const model::Outgoing& outgoing) {
  ledger_.discarded(outgoing);
}

std::string_view to_string(SmallWorld::Action action) {
  switch (action) {
    case SmallWorld::Action::publish: return "publish";
    case SmallWorld::Action::take: return "take";
    case SmallWorld::Action::publish_elsewhere: return "publish-elsewhere";
    case SmallWorld::Action::to_broker: return "to-broker";
    case SmallWorld::Action::to_client: return "to-client";
    case SmallWorld::Action::cut: return "cut";
    case SmallWorld::Action::reconnect: return "reconnect";
    case SmallWorld::Action::reconnect_afresh: return "reconnect-afresh";
    case SmallWorld::Action::wait: return "wait";
  }
  return "unknown";
}

Explored explore(const SmallWorld::Bounds& bounds, std::uint64_t states_max) {
  using Path = std::basic_string<std::uint8_t>;
  Explored result;
  std::unordered_set<std::uint64_t> known;
  // It begins where the device is online and has subscribed; cuts lead back to all that was before.
  constexpr std::array beginning{SmallWorld::Action::to_broker, SmallWorld::Action::to_client,
                                 SmallWorld::Action::take,      SmallWorld::Action::to_broker,
                                 SmallWorld::Action::to_client, SmallWorld::Action::take};
  std::deque<Path> frontier{Path{}};
  for (const SmallWorld::Action action : beginning)
    frontier.front() += static_cast<std::uint8_t>(action);
  while (!frontier.empty() && result.violation.empty() && known.size() < states_max) {
    const Path path = std::move(frontier.front());
    frontier.pop_front();
    result.depth = path.size();
    std::optional<SmallWorld> world;  // One at a time: all sessions are built in the same place.
    bool at_the_end = false;          // of the path
    for (std::uint8_t next = 0; next < SmallWorld::action_count; ++next) {
      const auto action = static_cast<SmallWorld::Action>(next);
      // A session cannot be copied: each way is gone from its beginning.
      if (!at_the_end) {
        world.reset();
        world.emplace(bounds);
        for (const std::uint8_t step : path)
          world->perform(static_cast<SmallWorld::Action>(step));
        at_the_end = true;
      }
      if (!world->possible(action)) continue;
      world->perform(action);
      at_the_end = false;
      ++result.steps;
      if (!known.insert(world->digest()).second) continue;
      frontier.push_back(path + next);
      if (world->violation().empty()) world->come_to_rest();
      if (world->violation().empty()) continue;
      result.violation = world->violation() + ", after:";
      for (const std::uint8_t step : frontier.back())
        result.violation += ' ' + std::string{to_string(static_cast<SmallWorld::Action>(step))};
      break;
    }
  }
  result.states = known.size();
  result.complete = frontier.empty();
  return result;
}

}  // namespace minimq::simulation
