// SPDX-License-Identifier: MIT
#include "minimq/property_store.hpp"

#include <algorithm>

namespace minimq {

void PropertyStore::keep(std::uint16_t packet_id, const Properties& properties) {
  const Bytes bytes = properties.encoded();
  if (bytes.empty() && packet_id != packet_id_) return;
  const bool fits = !shown_ && bytes.size() <= storage_.size();
  const bool loses_others = fits && unseen_ && packet_id != packet_id_;
  if (!fits || loses_others) ++missed_;
  if (shown_) return;
  // What was kept under this identifier is of an earlier packet.
  size_ = fits ? bytes.size() : 0;
  packet_id_ = packet_id;
  unseen_ = size_ != 0;
  std::ranges::copy(bytes.first(size_), storage_.begin());
}

}  // namespace minimq
