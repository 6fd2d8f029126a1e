// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "minimq/broker.hpp"
#include "minimq/bytes.hpp"
#include "minimq/extras.hpp"
#include "minimq/property.hpp"
#include "minimq/qos.hpp"
#include "minimq/time.hpp"
#include "minimq/trace.hpp"

namespace minimq {

namespace codec {
struct WillEncoding;
extern const WillEncoding will_encoding;
}  // namespace codec

/// The smallest rx: any CONNACK without diagnostic texts fits.
inline constexpr std::size_t rx_size_min = 64;
/// Bookkeeping in tx for each operation that is queued, in flight, or whose outcome waits to be
/// read.
inline constexpr std::size_t tx_slot_size = 16;
/// What tx needs beside packets and slots: the table of inbound ids and the acknowledgements on
/// their way.
[[nodiscard]] constexpr std::size_t tx_overhead(std::size_t inbound_capacity) {
  return inbound_capacity * 4 + 40;
}
/// The smallest tx: the overhead and one small operation.
[[nodiscard]] constexpr std::size_t tx_size_min(std::size_t inbound_capacity) {
  return tx_overhead(inbound_capacity) + 128;
}

/// The session's whole memory, the caller's, given once for the life of the session.
struct Buffers {
  /// Received packets are parsed in place here; its size, less one byte, is announced as Maximum
  /// Packet Size, because Mosquitto counts one byte too few.
  std::span<std::byte> rx{};
  /// At once send queue, retransmission store and offline queue.
  std::span<std::byte> tx{};

  /// The first `rx_size` bytes for rx, the rest for tx; both empty if the storage is too small for
  /// that.
  [[nodiscard]] static constexpr Buffers split(std::span<std::byte> storage, std::size_t rx_size) {
    if (rx_size > storage.size()) return {};
    return {storage.first(rx_size), storage.subspan(rx_size)};
  }
};

/// User name and password, each present or not. Views that live until the session has ended or the
/// configuration is changed; the library keeps no copy and shows them to nobody.
struct Credentials {
  std::optional<std::string_view> user_name{};
  std::optional<Bytes> password{};
};

/// The message the broker publishes when the connection ends without DISCONNECT 0x00. Views, as
/// long as the session may connect.
struct Will {
  std::string_view topic{};
  Bytes payload{};
  QoS qos{QoS::at_most_once};
  bool retain{false};
  /// Will Delay Interval, Message Expiry Interval, Content Type, Response Topic, Correlation Data,
  /// Payload Format Indicator and User Properties.
  std::span<const Property> properties{};
  /// How it becomes a part of CONNECT. Leave it as it is: through it only those who have a will
  /// link the code for it.
  const codec::WillEncoding* encoding{&codec::will_encoding};
};

/// What happens to packets above the size of rx.
enum class Oversize : std::uint8_t {
  /// One byte less than rx is announced; an honest broker keeps what is larger to itself, one that
  /// sends more than rx holds is disconnected with 0x95 [MQTT-3.1.2-24].
  refuse,
  /// `maximum_packet_size` is announced; what exceeds rx is read through, acknowledged, and
  /// reported as Event::Kind::skipped.
  skip,
};

/// What happens to a QoS 1 message in flight when the broker has lost the session. QoS 2 always
/// ends as `Error::session_lost`: it may have arrived.
enum class OnSessionLost : std::uint8_t {
  publish_again,  ///< As a new message; it may arrive twice.
  fail,           ///< Its outcome is `Error::session_lost`.
};

/// Everything a session can be told, with a default for all but the broker and the buffers. It is
/// copied; what its views and pointers refer to must outlive the session. `Session::config_error()`
/// checks it.
struct Config {
  Broker broker{};
  /// Tried in turn, one after each failed attempt, beginning again with `broker`. A connection that
  /// does not last `stable_time` counts as one; after any other its broker is tried again first.
  std::span<const Broker> more_brokers{};
  /// At most 65,535 bytes of UTF-8 without control characters. Empty: the broker assigns one
  /// [MQTT-3.1.3-6], and every connection is then a new session.
  std::string_view client_id{};
  Buffers buffers{};

  const Credentials* credentials{nullptr};
  const Will* will{nullptr};
  /// Further properties for CONNECT: User Properties, Request Problem and Response Information.
  std::span<const Property> properties{};
  const Tracer* tracer{nullptr};
  /// Enhanced authentication, topic aliases, and more that few sessions need.
  const Extras* extras{nullptr};

  /// How long the broker keeps the session after the link is lost, in seconds; 0xFFFFFFFF: for
  /// ever. Not zero by default, because a device wants its subscriptions and queued messages back.
  std::uint32_t session_expiry_s{3600};
  /// Announced with Oversize::skip; must exceed rx. 0: no limit.
  std::uint32_t maximum_packet_size{0};
  /// Silence after which the link is probed with PINGREQ, in seconds; 0: never. The broker may
  /// replace it.
  std::uint16_t keep_alive_s{60};
  /// QoS 1 and 2 messages the broker may have under way to us; the brake for a slow application.
  std::uint16_t receive_maximum{4};
  /// Entries of the table of inbound ids, at least twice `receive_maximum`; 0 means exactly that.
  /// Brokers that exceed the Receive Maximum (Mosquitto does at QoS 2) make use of more.
  std::uint16_t inbound_capacity{0};
  /// Bytes of tx, a slot of 16 included, that only SUBSCRIBE and UNSUBSCRIBE may use, so that a
  /// queue full of messages cannot keep a device unsubscribed.
  std::uint16_t subscribe_reserve{64};

  /// Name resolution, TCP and TLS together, for each address list the transport tries.
  Milliseconds connect_timeout{30'000};
  /// From the open transport to CONNACK, an exchange of AUTH included; also for a
  /// re-authentication.
  Milliseconds connack_timeout{10'000};
  /// From PINGREQ to PINGRESP, as long as nothing at all is received; also the extra time a stalled
  /// write has beyond the keep alive, and the time DISCONNECT has to leave.
  Milliseconds ping_timeout{10'000};

  /// The attempts after a failure are spread at random below a bound that doubles from
  /// `backoff_min` to `backoff_max`; each `stable_time` that a connection lasts halves it again.
  Milliseconds backoff_min{1'000};
  Milliseconds backoff_max{120'000};
  Milliseconds stable_time{30'000};
  /// The range of the pause when retrying cannot help soon: bad credentials, a taken-over session,
  /// ...
  Milliseconds slow_retry_min{900'000};
  Milliseconds slow_retry_max{3'600'000};

  Oversize oversize{Oversize::refuse};
  OnSessionLost on_session_lost{OnSessionLost::publish_again};
  /// The first successful connection discards the broker's old session. Later ones always resume.
  /// Without it a session the broker still has from before our restart is an error, unless
  /// `adopt_session`.
  bool clean_start{true};
  /// With `clean_start` false: take over a session that the broker kept and we know nothing about.
  bool adopt_session{false};
  /// A publish above the broker's Maximum QoS is sent at that QoS instead of being refused.
  bool downgrade_qos{false};
  /// QoS 0 messages published while disconnected wait in tx; otherwise they are refused
  /// (`not_ready`).
  bool queue_qos0_offline{false};
  /// Stop, instead of retrying slowly, when retrying cannot help soon.
  bool stop_on_permanent{false};

  /// The entries the table of inbound ids has.
  [[nodiscard]] constexpr std::uint16_t inbound_entries() const {
    if (inbound_capacity != 0) return inbound_capacity;
    return static_cast<std::uint16_t>(std::min<std::uint32_t>(receive_maximum * 2u, 65'535u));
  }
};

}  // namespace minimq
