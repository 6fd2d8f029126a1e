// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/publish.hpp"

namespace minimq::codec {

/// The size of the variable header that `write_aliased_publish_head` writes.
[[nodiscard]] std::size_t aliased_variable_header(const Publication& publication, bool with_topic,
                                                  const PublishLayout& layout);

/// Writes the fixed and the variable header of a PUBLISH at QoS 0 with a Topic Alias: of a
/// publication that was measured with its topic, which is left out unless `with_topic`.
///.
void write_aliased_publish_head(Writer& writer, const Publication& publication, std::uint16_t alias,
                                bool with_topic, const PublishLayout& layout,
                                std::size_t payload_size);

}  // namespace minimq::codec
