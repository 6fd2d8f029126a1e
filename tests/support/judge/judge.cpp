// SPDX-License-Identifier: MIT
//
// The flow of bytes, and the rules about every packet.
#include "support/judge/judge.hpp"

#include <utility>

namespace minimq::judge {

namespace {

using Type = ClientPacket::Type;

// The identifier of a PUBLISH above QoS 0 that is not complete, if it is there.
std::optional<std::uint16_t> id_within(Bytes begun) {
  std::size_t head = 1;
  while (head < begun.size() && std::to_integer<unsigned>(begun[head]) >= 128)
    ++head;
  if (head >= begun.size()) return std::nullopt;
  try {
    Reader reader{begun.subspan(head + 1)};
    (void)reader.binary();
    return reader.packet_id();
  } catch (const Violation&) {
    return std::nullopt;
  }
}

}  // namespace

Judge::Judge(const Options& options)
    : options_{options}, outbound_{options.server_bytes_may_be_lost} {}
Judge::Judge(Judge&&) noexcept = default;
Judge& Judge::operator=(Judge&&) noexcept = default;
Judge::~Judge() = default;

void Judge::connected() {
  closed();
  connection_ = Connection{.phase = Phase::opened};
}

void Judge::closed(std::optional<Time> now) {
  if (connection_.phase == Phase::none) return;
  try {
    if (connection_.phase == Phase::accepted) judge_silence(now);
  } catch (Violation& violation) {
    object(std::move(violation));
  }
  break_off();
  from_client_.clear();
  from_server_.clear();
  outbound_.connection_ended();
  inbound_.connection_ended();
  if (connection_.was_accepted && knows_a_session_ && connection_.session_expiry == 0)
    end_session();
  connection_ = Connection{};
}

// What the broken-off packet leaves behind.
void Judge::break_off() {
  const Bytes begun = from_client_.begun();
  if (begun.empty() || connection_.phase != Phase::accepted) return;
  const auto first = std::to_integer<unsigned>(begun.front());
  const unsigned qos = first >> 1 & 3;
  if (first >> 4 == static_cast<unsigned>(Type::publish) && qos != 0) {
    outbound_.publish_broken_off(id_within(begun), qos);
  }
}

void Judge::client_bytes(Bytes bytes, std::optional<Time> now) {
  if (bytes.empty() || connection_.phase == Phase::none || connection_.phase == Phase::spoiled) {
    return;
  }
  try {
    if (from_client_.begun().empty()) judge_silence(now);
    connection_.blocked = false;
    from_client_.feed(bytes, [this](const Frame& frame) { judge_packet(frame); });
    require(connection_.phase != Phase::ended || from_client_.begun().empty(), "3.14.4-1",
            "more after DISCONNECT");
    if (now) connection_.latest = now;
  } catch (Violation& violation) {
    object(std::move(violation));
  }
}

void Judge::client_blocked(Time now) {
  try {
    if (from_client_.begun().empty()) judge_silence(now);
    connection_.blocked = true;
  } catch (Violation& violation) {
    object(std::move(violation));
  }
}

void Judge::object(Violation violation) {
  violations_.push_back(std::move(violation));
  connection_.phase = Phase::spoiled;
  from_client_.clear();
}

std::vector<Violation> Judge::take_violations() {
  return std::exchange(violations_, {});
}

void Judge::judge_silence(std::optional<Time> now) {
  if (connection_.phase != Phase::accepted || connection_.keep_alive_s == 0) return;
  if (!now || !connection_.latest || connection_.blocked) return;
  const Time allowed = std::chrono::seconds{connection_.keep_alive_s} + options_.keep_alive_slack;
  const Time silence = *now - *connection_.latest;
  if (silence > allowed && connection_.server_is_sane) {
    throw Violation{"3.1.2-20", "silent for " + std::to_string(silence.count()) +
                                    " ms, and the keep alive time is " +
                                    std::to_string(connection_.keep_alive_s) + " s"};
  }
}

void Judge::judge_packet(const Frame& frame) {
  packet_.parse(frame);
  try {
    judge_phase();
    if (packet_.type != Type::connect && connection_.server_is_sane) {
      judge_before_connack();
      judge_sizes();
    }
    judge_in_session();
  } catch (const Violation& violation) {
    throw Violation{violation.statement(), violation.sentence() + ": " + to_string(packet_)};
  }
  ++packets_;
}

void Judge::judge_phase() const {
  const Phase phase = connection_.phase;
  const bool connect = packet_.type == Type::connect;
  require(phase != Phase::opened || connect, "3.1.0-1", "the first packet is not CONNECT");
  require(phase == Phase::opened || !connect, "3.1.0-2", "a second CONNECT");
  require(phase != Phase::ended, "3.14.4-1", "more after DISCONNECT");
  require(phase != Phase::refused, "3.1.4-6", "more after the server has refused");
}

void Judge::judge_before_connack() const {
  const bool disconnect = packet_.type == Type::disconnect;
  require(!connection_.must_close || disconnect, "3.2.2-4",
          "it goes on with a session that it does not know");
  const bool authenticates = packet_.type == Type::auth;
  if (connection_.phase != Phase::connecting || disconnect || authenticates) return;
  // Without authentication the specification lets a client go on here; whoever does so cannot
  // know the limits of its server, and our client does not.
  throw Violation{connection_.method ? "3.1.2-30" : "3.1.4", "a packet before CONNACK"};
}

void Judge::judge_sizes() const {
  require(packet_.size <= connection_.limits.maximum_packet_size, "3.2.2-15",
          "larger than the server's Maximum Packet Size");
}

// What follows from the server's packets cannot be judged where these make no sense.
void Judge::judge_in_session() {
  try {
    follow_client();
  } catch (const Violation&) {
    if (connection_.server_is_sane) throw;
  }
}

void Judge::follow_client() {
  switch (packet_.type) {
    case Type::connect: return on_connect();
    case Type::publish: return on_publish();
    case Type::puback: return inbound_.puback(packet_.id, packet_.reason);
    case Type::pubrec: return inbound_.pubrec(packet_.id, packet_.reason);
    case Type::pubrel: return outbound_.pubrel(packet_.id, packet_.reason);
    case Type::pubcomp: return inbound_.pubcomp(packet_.id, packet_.reason);
    case Type::subscribe: return on_subscribe();
    case Type::unsubscribe: return outbound_.request(packet_);
    case Type::disconnect: return on_disconnect();
    case Type::auth: return on_auth();
    case Type::pingreq:
    case Type::none: return;
  }
}

}  // namespace minimq::judge
