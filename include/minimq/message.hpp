// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "minimq/bytes.hpp"
#include "minimq/error.hpp"
#include "minimq/property.hpp"
#include "minimq/publication.hpp"
#include "minimq/qos.hpp"

namespace minimq {

class Engine;

namespace detail {

/// A received PUBLISH. Views of the packet.
struct Publish {
  std::string_view topic{};
  Bytes payload{};
  Properties properties{};
  std::uint16_t packet_id{0};    ///< 0 at QoS 0 [MQTT-2.2.1-2].
  std::uint16_t topic_alias{0};  ///< 0: none.
  QoS qos{QoS::at_most_once};
  bool retain{false};
  bool duplicate{false};
};

}  // namespace detail

/// The right to acknowledge one message later, see Message::defer_ack. A value; it does nothing by
/// itself.
struct AckHandle {
  std::uint16_t packet_id{0};   ///< 0: QoS 0, nothing to acknowledge.
  std::uint16_t connection{0};  ///< Of which connection; on another one it is stale.
};

/// A reply whose topic and correlation data are copies, for an answer that is given after the
/// message was released.
template <std::size_t TopicBytes, std::size_t CorrelationBytes>
class OwnedReply {
 public:
  /// The reply with this payload. A view of this object and of the payload.
  [[nodiscard]] Publication publication(const Payload& payload) const {
    Publication publication{.topic = {topic_.data(), topic_size_}, .payload = payload};
    if (has_correlation_) {
      publication.correlation_data = Bytes{correlation_.data(), correlation_size_};
    }
    return publication;
  }

 private:
  friend class Message;
  std::array<char, TopicBytes> topic_;
  std::array<std::byte, CorrelationBytes> correlation_;
  std::size_t topic_size_{0};
  std::size_t correlation_size_{0};
  bool has_correlation_{false};
};

/// A message from the broker. Views of rx, which live until the next `poll` or `next_event`, or
/// until `release()`, whatever other tasks do meanwhile; nothing else ends them. While it is held
/// it keeps its place in rx, and what is behind it is read only as far as rx has room.
class Message {
 public:
  Message() = default;

  [[nodiscard]] std::string_view topic() const { return publish_.topic; }
  [[nodiscard]] Bytes payload() const { return publish_.payload; }
  [[nodiscard]] std::string_view text() const { return as_text(publish_.payload); }
  [[nodiscard]] Properties properties() const { return publish_.properties; }
  [[nodiscard]] QoS qos() const { return publish_.qos; }
  [[nodiscard]] bool retain() const { return publish_.retain; }
  /// The broker says it may have sent this before.
  [[nodiscard]] bool duplicate() const { return publish_.duplicate; }

  [[nodiscard]] std::optional<std::string_view> response_topic() const;
  [[nodiscard]] std::optional<Bytes> correlation_data() const;
  [[nodiscard]] std::optional<std::string_view> content_type() const;

  /// The answer this message asks for: to its Response Topic, with its Correlation Data, at QoS 0
  /// unless `with_qos` says otherwise. A view of this message. Error: no_response_topic.
  [[nodiscard]] Result<Publication> reply(const Payload& payload) const;

  /// The same with copies of topic and correlation data. Errors: no_response_topic; no_memory, if
  /// they do not fit.
  template <std::size_t TopicBytes, std::size_t CorrelationBytes>
  [[nodiscard]] Result<OwnedReply<TopicBytes, CorrelationBytes>> reply_owned() const {
    const auto to = response_topic();
    if (!to) return std::unexpected{Error::no_response_topic};
    const auto correlation = correlation_data();
    if (to->size() > TopicBytes || (correlation && correlation->size() > CorrelationBytes)) {
      return std::unexpected{Error::no_memory};
    }
    OwnedReply<TopicBytes, CorrelationBytes> owned;
    std::ranges::copy(*to, owned.topic_.begin());
    owned.topic_size_ = to->size();
    if (correlation) {
      std::ranges::copy(*correlation, owned.correlation_.begin());
      owned.correlation_size_ = correlation->size();
      owned.has_correlation_ = true;
    }
    return owned;
  }

  /// A copy in the caller's storage, which lives as long as that does and has nothing to
  /// acknowledge. Error: no_memory; `copy_size()` bytes are needed.
  [[nodiscard]] Result<Message> copy_to(std::span<std::byte> storage) const;
  [[nodiscard]] std::size_t copy_size() const;

  /// Ends the views and gives the bytes back; the message is acknowledged now instead of at the
  /// next `poll` or `next_event`. On a message that is not held any more it does nothing.
  void release() const;

  /// The message will not be acknowledged when it is released, but by `Session::acknowledge` with
  /// the handle. Acknowledgements leave in the order of the messages, so a withheld one holds back
  /// those behind it [MQTT-4.6.0-2], [MQTT-4.6.0-3]; once Receive Maximum of them are missing, the
  /// broker waits.
  [[nodiscard]] AckHandle defer_ack() const;

 private:
  friend class Engine;
  detail::Publish publish_{};
  Engine* engine_{nullptr};
  std::uint16_t serial_{0};  // tells this message from the one that is held now
};

}  // namespace minimq
