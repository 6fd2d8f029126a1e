// SPDX-License-Identifier: MIT
#include "minimq/publication.hpp"

namespace minimq {

Result<std::size_t> Payload::write(std::span<std::byte> space) const {
  if (!is_callable()) return std::unexpected{Error::payload_failed};
  const std::optional<std::size_t> written = form_->write(data_, space);
  if (!written || *written > space.size()) return std::unexpected{Error::payload_failed};
  return *written;
}

}  // namespace minimq
