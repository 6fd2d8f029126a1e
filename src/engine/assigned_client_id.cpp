// SPDX-License-Identifier: MIT
#include "minimq/assigned_client_id.hpp"

namespace minimq {

bool AssignedClientId::keep(std::string_view id) {
  if (id.size() > storage_.size()) return false;
  std::ranges::copy(id, storage_.begin());
  size_ = id.size();
  return true;
}

}  // namespace minimq
