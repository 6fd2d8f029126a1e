// SPDX-License-Identifier: MIT
#include "minimq/message.hpp"

#include <algorithm>

#include "minimq/engine.hpp"

namespace minimq {

std::optional<std::string_view> Message::response_topic() const {
  const auto property = publish_.properties.find(PropertyId::response_topic);
  return property ? std::optional{property->text()} : std::nullopt;
}

std::optional<Bytes> Message::correlation_data() const {
  const auto property = publish_.properties.find(PropertyId::correlation_data);
  return property ? std::optional{property->bytes()} : std::nullopt;
}

std::optional<std::string_view> Message::content_type() const {
  const auto property = publish_.properties.find(PropertyId::content_type);
  return property ? std::optional{property->text()} : std::nullopt;
}

// A new message, which takes no flag from this one [MQTT-3.3.1-3].
Result<Publication> Message::reply(const Payload& payload) const {
  const auto topic = response_topic();
  if (!topic) return std::unexpected{Error::no_response_topic};
  return Publication{.topic = *topic, .payload = payload, .correlation_data = correlation_data()};
}

std::size_t Message::copy_size() const {
  return topic().size() + properties().encoded().size() + payload().size();
}

Result<Message> Message::copy_to(std::span<std::byte> storage) const {
  if (storage.size() < copy_size()) return std::unexpected{Error::no_memory};
  const auto copied = [&storage](Bytes bytes) {
    const std::span<std::byte> place = storage.first(bytes.size());
    std::ranges::copy(bytes, place.begin());
    storage = storage.subspan(bytes.size());
    return Bytes{place};
  };
  Message copy = *this;
  copy.publish_.topic = as_text(copied(as_bytes(topic())));
  copy.publish_.properties = Properties{copied(properties().encoded())};
  copy.publish_.payload = copied(payload());
  copy.engine_ = nullptr;
  return copy;
}

void Message::release() const {
  if (engine_ == nullptr || engine_->serial_ != serial_) return;
  engine_->release_message();
  engine_->notify();
}

AckHandle Message::defer_ack() const {
  const bool held = engine_ != nullptr && engine_->serial_ == serial_ && engine_->rx_.holding();
  if (!held) return {};
  engine_->deferred_ = true;
  return {.packet_id = engine_->held_id_, .connection = engine_->connection_};
}

}  // namespace minimq
