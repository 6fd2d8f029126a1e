// SPDX-License-Identifier: MIT
//
// What passes by, and what is checked of it.
#include <algorithm>
#include <cstring>

#include "simulation/payload.hpp"
#include "simulation/world.hpp"

namespace minimq::simulation {

namespace {

// What a wake that comes a little late may add.
constexpr Time slack = 1'000;

}  // namespace

int World::link_opened() {
  const int connection = broker_.open(clocks_.world);
  open_connections_.push_back(connection);
  ++connections_;
  journal_.note("opened", connections_);
  journal_.line([&] { return "opened     connection " + std::to_string(connections_); });
  sent_.clear();
  received_.clear();
  received_bad_ = hampered_ = false;
  farewell_at_.reset();
  opened_at_ = last_sent_ = last_received_ = clocks_.world;
  authenticator_.link_opened();
  judge_.connected();
  outbound_.opened();
  inbound_.opened(session_->counters().refused_inbound);
  return connection;
}

void World::client_sent(std::string_view bytes) {
  journal_.note("sent", bytes);
  judge_.client_bytes(as_bytes(bytes));
  take_judgement();
  sent_ += bytes;
  if (outbound_.online() && !hampered()) {
    const unsigned keep_alive =
        outbound_.connack().server_keep_alive.value_or(config_.keep_alive_s);
    journal_.require(keep_alive == 0 || clocks_.world - last_sent_ <= Time{1000} * keep_alive ||
                         settings_.blocks != 0,
                     "I10", "silent for longer than the keep alive");
  }
  last_sent_ = clocks_.world;
  std::size_t at = 0;
  try {
    while (const auto frame = judge::first_frame(as_bytes(std::string_view{sent_}.substr(at)))) {
      client_packet_.parse(*frame);
      at += frame->size;
      on_client_packet(client_packet_);
    }
  } catch (const judge::Violation& broken) {
    journal_.violate("I14", broken.what());
  }
  sent_.erase(0, at);
}

void World::on_client_packet(const judge::ClientPacket& packet) {
  journal_.line([&] {
    const auto number = number_of(packet.payload);
    return "-->        " +
           (number ? "PUBLISH q" + std::to_string(packet.qos) + (packet.dup ? " d1" : " d0") +
                         " id=" + std::to_string(packet.id) + " #" + std::to_string(*number)
                   : judge::to_string(packet));
  });
  if (packet.type == judge::ClientPacket::Type::disconnect) farewell_at_ = clocks_.world;
  if (packet.type == judge::ClientPacket::Type::publish && packet.qos == 0) {
    const auto number = number_of(packet.payload);
    if (number && *number < ledger_.next_number()) ledger_.sent_at_most_once(*number);
  }
  const bool before = packet.type == judge::ClientPacket::Type::connect ||
                      packet.type == judge::ClientPacket::Type::auth || farewell_at_.has_value();
  journal_.require(before || !settings_.authenticates || authenticator_.satisfied(), "I14",
                   "it goes on, and the broker has not shown who it is");
  outbound_.sent(packet);
  inbound_.sent(packet, session_->counters().refused_inbound);
}

void World::client_received(std::string_view bytes) {
  journal_.note("received", bytes);
  judge_.server_bytes(as_bytes(bytes));
  outbound_.chunk_read();
  received_ += bytes;
  last_received_ = clocks_.world;
  std::size_t at = 0;
  while (!received_bad_) {
    const auto packet = parse_server_packet(std::string_view{received_}.substr(at), received_bad_);
    if (!packet) break;
    at += packet->size;
    on_server_packet(*packet);
  }
  received_.erase(0, at);
}

void World::on_server_packet(const ServerPacket& packet) {
  journal_.line([&] { return "       <-- " + packet.text(); });
  const bool welcome = packet.type == 2 && packet.reason == 0 && !outbound_.online();
  outbound_.received(packet);
  inbound_.received(packet);
  // Session Taken Over: the session may be doubted from now on, ADR 5.
  const bool taken_over = packet.type == 14 && packet.reason == 0x8E;
  doubted_ |= taken_over && resends_without_dup();
  if (welcome) last_sent_ = clocks_.world;
  if (welcome && !packet.session_present) {
    ledger_.new_session_told(broker_.session_of(client()));
    inbound_.session_over();
  }
}

void World::client_closed() {
  journal_.note("closed", connections_);
  journal_.line([] { return std::string{"closed"}; });
  judge_.closed();
  if (outbound_.online() && clocks_.world - opened_at_ >= Time{config_.stable_time.count()}) {
    ++lasting_;
  }
  ledger_.link_lost();
  // An identifier may have been given up, ADR 19; or be doubted, ADR 5.
  doubted_ |= resends_without_dup() && !outbound_.online();
  const std::uint16_t dropped = inbound_.dropped(session_->counters().refused_inbound);
  if (dropped != dropped_inbound_ || doubted_) {
    dropped_inbound_ = dropped;
    ledger_.memory_in_doubt();
  }
  if (outbound_.closed(sent_)) {
    // What was received twice before is not known to be the same any more.
    if (settings_.habits.repeats_messages != 0) ledger_.memory_in_doubt();
    ledger_.new_session_told(0);
    inbound_.session_over();
  }
}

void World::handed_on(std::uint64_t session, const model::Message& message) {
  journal_.note("handed on", session);
  journal_.line([&] {
    return "           the broker has #" + std::to_string(number_of(message.payload).value_or(0));
  });
  ledger_.handed_on(session, message);
}

void World::queued(std::uint64_t session, const model::Outgoing& outgoing) {
  // A client without a name leaves sessions behind.
  if (!settings_.client_id.empty()) ledger_.queued(session, outgoing);
}

void World::completed(const model::Outgoing& outgoing, unsigned reason) {
  ledger_.completed(outgoing, reason);
}

void World::discarded(const model::Outgoing& outgoing) {
  ledger_.discarded(outgoing);
}

bool World::in_use_by_client(std::uint16_t id) {
  return outbound_.in_use(id) || ledger_.pending(Ticket{id});
}

void World::fault(const std::string& what) {
  journal_.violate("I14", what);
}

// Where a broker sends what no client goes on after, the judge cannot know what of the rest the
// client has looked at.
void World::take_judgement() {
  const model::Habits& habits = settings_.habits;
  if (habits.wrong_acks != 0 || habits.stray_acks != 0 || habits.garbage != 0) return;
  for (const judge::Violation& violation : judge_.take_violations())
    journal_.violate("I14", violation.what());
}

// The times that must not be exceeded.
void World::check_clock() {
  if (hampered() || !link_.connected()) return;
  const Time now = clocks_.world;
  const Time ping_timeout = config_.ping_timeout.count();
  if (!outbound_.online()) {
    journal_.require(now - opened_at_ <= Time{config_.connack_timeout.count()} + slack, "I17",
                     "still waiting for CONNACK");
    return;
  }
  if (farewell_at_) {
    journal_.require(now - *farewell_at_ <= ping_timeout + slack, "I16",
                     "not closed after DISCONNECT");
  }
  const Time keep_alive =
      Time{1000} * outbound_.connack().server_keep_alive.value_or(config_.keep_alive_s);
  if (keep_alive == 0) return;
  journal_.require(now - last_received_ <= 2 * (keep_alive + ping_timeout) + slack, "I10",
                   "the peer is dead, and nobody has noticed");
}

void World::check_memory() {
  const auto intact = [this](std::size_t at) {
    return std::all_of(memory_.begin() + static_cast<std::ptrdiff_t>(at),
                       memory_.begin() + static_cast<std::ptrdiff_t>(at + canary_size),
                       [](std::byte byte) { return byte == std::byte{0xC5}; });
  };
  const bool whole =
      intact(0) && intact(canary_size + settings_.rx_size) && intact(memory_.size() - canary_size);
  journal_.require(whole, "I11", "bytes beside the buffers were written to");
  const std::string_view memory{reinterpret_cast<const char*>(memory_.data()), memory_.size()};
  journal_.require(memory.find(as_text(*credentials_.password)) == std::string_view::npos, "I13",
                   "the password is in a buffer");
}

// Not many more attempts than pauses of half the bound give, apart from those asked for.
void World::check_attempts() {
  const auto bound = static_cast<Time>(config_.backoff_max.count());
  if (bound < 5'000 || settings_.disconnects != 0) return;
  const Time expected = 40 + 12 * Time{lasting_} + 4 * clocks_.world / bound;
  const bool resumes = dropped_inbound_ != 0;
  journal_.require(resumes || Time{attempts_} <= expected, "I17",
                   std::to_string(attempts_) + " attempts");
}

}  // namespace minimq::simulation
