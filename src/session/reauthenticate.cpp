// SPDX-License-Identifier: MIT
#include "minimq/session.hpp"

namespace minimq {

Result<void> Session::reauthenticate() {
  if (const auto ok = usable(); !ok) return ok;
  const auto result = engine_.reauthenticate();
  if (result) changed();
  return result;
}

}  // namespace minimq
