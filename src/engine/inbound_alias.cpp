// SPDX-License-Identifier: MIT
//
// A place is the state, the length of the topic in two bytes, and the topic. The state is that of
// the messages scanned, the topic that of the messages taken; both follow the order of the wire.
#include <algorithm>
#include <cstring>

#include "minimq/bytes.hpp"
#include "minimq/topic_alias.hpp"

namespace minimq {

namespace {

constexpr std::byte unmapped{0};
constexpr std::byte mapped{1};
constexpr std::byte too_long{2};

constexpr std::size_t alias_max = 65'535;

}  // namespace

InboundAliases::InboundAliases(std::span<std::byte> storage, std::size_t topic_size)
    : storage_{storage},
      place_size_{std::min(topic_size, alias_max) + head_size},
      count_{static_cast<std::uint16_t>(std::min(storage.size() / place_size_, alias_max))} {
  std::ranges::fill(storage_, std::byte{0});
}

std::span<std::byte> InboundAliases::place(std::uint16_t alias) const {
  return storage_.subspan((alias - 1u) * place_size_, place_size_);
}

// The topics stay: a message that is held may still show one.
void InboundAliases::forget() {
  for (std::size_t index = 0; index < count_; ++index)
    storage_[index * place_size_] = unmapped;
}

ReasonCode InboundAliases::admit(std::string_view topic, std::uint16_t alias) {
  // [MQTT-3.3.2-10], [MQTT-3.3.2-11]
  if (alias > maximum()) return ReasonCode::topic_alias_invalid;
  std::byte& state = place(alias)[0];
  if (!topic.empty()) {
    state = topic.size() <= place_size_ - head_size ? mapped : too_long;
  } else if (state == unmapped) {
    return ReasonCode::protocol_error;
  } else if (state == too_long) {
    given_up_ = true;
    return ReasonCode::implementation_specific_error;
  }
  return ReasonCode::success;
}

std::string_view InboundAliases::resolve(std::string_view topic, std::uint16_t alias) {
  const std::span<std::byte> bytes = place(alias);
  const std::span<std::byte> text = bytes.subspan(head_size);
  if (topic.empty()) {
    const std::size_t size =
        std::to_integer<std::size_t>(bytes[1]) << 8 | std::to_integer<std::size_t>(bytes[2]);
    return as_text(text.first(size));
  }
  if (topic.size() > text.size()) return topic;
  bytes[1] = static_cast<std::byte>(topic.size() >> 8);
  bytes[2] = static_cast<std::byte>(topic.size());
  std::memcpy(text.data(), topic.data(), topic.size());
  return topic;
}

}  // namespace minimq
