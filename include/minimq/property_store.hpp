// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "minimq/bytes.hpp"
#include "minimq/property.hpp"

namespace minimq {

/// Keeps the properties of one received packet in the caller's storage, so that they can be looked
/// at when rx has gone on: those of the last CONNACK (`Extras::connack_properties`), or those of
/// the acknowledgement that came last (`Extras::ack_properties`). All of them are kept, or none.
class PropertyStore {
 public:
  /// The storage belongs to this object as long as the session lives.
  explicit PropertyStore(std::span<std::byte> storage) : storage_{storage} {}
  PropertyStore(const PropertyStore&) = delete;
  PropertyStore& operator=(const PropertyStore&) = delete;

  /// How often properties were not kept, or gave way to later ones before somebody saw them: they
  /// were larger than the storage, or others were being looked at. The count wraps around.
  [[nodiscard]] std::uint16_t missed() const { return missed_; }

 private:
  friend class Engine;

  // Reached through this object alone, so that nobody links it who does not have one. CONNACK has
  // the packet identifier 0.
  virtual void keep(std::uint16_t packet_id, const Properties& properties);

  [[nodiscard]] Properties of(std::uint16_t packet_id) const {
    return Properties{packet_id == packet_id_ ? Bytes{storage_}.first(size_) : Bytes{}};
  }

  // The same, and it is seen then; with `lasting` it stays until `end_view`.
  [[nodiscard]] Properties hand_out(std::uint16_t packet_id, bool lasting) {
    const Properties properties = of(packet_id);
    if (packet_id == packet_id_) {
      packet_id_ = 0;
      unseen_ = false;
      shown_ = lasting && size_ != 0;
    }
    return properties;
  }
  void end_view() { shown_ = false; }

  std::span<std::byte> storage_;
  std::size_t size_{0};
  std::uint16_t packet_id_{0};
  std::uint16_t missed_{0};
  bool unseen_{false};
  bool shown_{false};  // being looked at
};

}  // namespace minimq
