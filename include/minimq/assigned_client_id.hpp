// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

namespace minimq {

/// Keeps the client id that the broker assigned to a session whose `Config::client_id` is empty
/// [MQTT-3.2.2-16], in the caller's storage. From then on CONNECT has it, and the session can be
/// resumed. One that does not fit ends the connection with `Error::assigned_client_id_too_long`.
class AssignedClientId {
 public:
  /// The storage belongs to this object as long as the session lives. Its first `size` bytes may
  /// be an id that was assigned before a restart; set `Config::clean_start` to false then to go on
  /// with its session.
  explicit AssignedClientId(std::span<char> storage, std::size_t size = 0)
      : storage_{storage}, size_{std::min(size, storage.size())} {}
  AssignedClientId(const AssignedClientId&) = delete;
  AssignedClientId& operator=(const AssignedClientId&) = delete;

  /// Empty: none yet.
  [[nodiscard]] std::string_view view() const { return {storage_.data(), size_}; }

 private:
  friend class Engine;

  // Reached through this object alone, so that nobody links it who does not have one. False: it
  // does not fit, and nothing has changed.
  [[nodiscard]] virtual bool keep(std::string_view id);

  std::span<char> storage_;
  std::size_t size_;
};

}  // namespace minimq
