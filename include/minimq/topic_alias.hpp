// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "minimq/reason.hpp"

namespace minimq {

/// The topics behind the aliases that the broker uses, in the caller's storage. As many aliases are
/// announced as Topic Alias Maximum as the storage has places; the mappings end with the connection
/// [MQTT-3.3.2-7]. A message shows its whole topic, under the rules for its other views.
///
/// A topic that is longer than a place: the message that brings it is delivered, because it has the
/// topic with it. A later one that has the alias alone cannot be shown: the connection ends
/// (`Error::no_memory`, 0x83 to the broker), and from then on no aliases are announced, so that the
/// message comes again with its topic.
class InboundAliases {
 public:
  /// The bytes of storage for so many topics of at most `topic_size` bytes.
  [[nodiscard]] static constexpr std::size_t storage_size(std::size_t count,
                                                          std::size_t topic_size) {
    return count * (topic_size + head_size);
  }

  /// The storage belongs to this object as long as the session lives.
  InboundAliases(std::span<std::byte> storage, std::size_t topic_size);
  InboundAliases(const InboundAliases&) = delete;
  InboundAliases& operator=(const InboundAliases&) = delete;

  /// What the next CONNECT announces.
  [[nodiscard]] std::uint16_t maximum() const { return given_up_ ? std::uint16_t{0} : count_; }
  /// No aliases are announced any more: the broker used one for a topic that was too long.
  [[nodiscard]] bool given_up() const { return given_up_; }

 private:
  friend class Engine;
  static constexpr std::size_t head_size = 3;  // the state, and the length of the topic

  // Reached through this object alone, so that nobody links them who does not have one.
  virtual void forget();
  // In the order of the wire, when a message is scanned: success; topic_alias_invalid,
  // protocol_error, or implementation_specific_error for a topic that was too long.
  [[nodiscard]] virtual ReasonCode admit(std::string_view topic, std::uint16_t alias);
  // In the same order, when a message is taken: its topic, until another one is resolved.
  [[nodiscard]] virtual std::string_view resolve(std::string_view topic, std::uint16_t alias);

  [[nodiscard]] std::span<std::byte> place(std::uint16_t alias) const;

  std::span<std::byte> storage_;
  std::size_t place_size_;
  std::uint16_t count_;
  bool given_up_{false};
};

/// The topics for which this client uses aliases: the alias of the entry at index 0 is 1, and so
/// on. `Session::publish_aliased` sends the topic with the first message on each connection, and
/// the alias alone with the others.
class OutboundAliases {
 public:
  struct Entry {
    std::string_view topic{};
    bool established{false};  ///< The broker of this connection knows it.
  };

  /// The entries, and what their topics refer to, live as long as the session.
  explicit OutboundAliases(std::span<Entry> entries);
  OutboundAliases(const OutboundAliases&) = delete;
  OutboundAliases& operator=(const OutboundAliases&) = delete;

 private:
  friend class Engine;
  virtual void forget();
  // Null: no such alias.
  [[nodiscard]] Entry* find(std::uint16_t alias) const {
    return alias == 0 || alias > entries_.size() ? nullptr : &entries_[alias - 1u];
  }

  std::span<Entry> entries_;
};

}  // namespace minimq
