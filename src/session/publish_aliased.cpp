// SPDX-License-Identifier: MIT
#include "minimq/session.hpp"

namespace minimq {

Result<void> Session::publish_aliased(std::uint16_t alias, const Publication& publication) {
  if (const auto ok = usable(); !ok) return ok;
  // What was accepted before goes first.
  if (state_ == State::online && engine_.wants_write()) write_some();
  TxGather gather;
  const auto pieces = engine_.begin_aliased(alias, publication, gather);
  if (!pieces) return std::unexpected{pieces.error()};
  const auto count = transport_.write(*pieces);
  const auto result = engine_.end_aliased(alias, *pieces, count.value_or(0));
  if (!count) engine_.abandon(count.error());
  changed();
  return result;
}

}  // namespace minimq
