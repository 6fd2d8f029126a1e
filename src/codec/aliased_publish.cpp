// SPDX-License-Identifier: MIT
#include "codec/aliased_publish.hpp"

#include <array>

#include "codec/properties.hpp"
#include "minimq/trace.hpp"

namespace minimq::codec {

namespace {

constexpr std::size_t alias_size = 3;

}  // namespace

std::size_t aliased_variable_header(const Publication& publication, bool with_topic,
                                    const PublishLayout& layout) {
  const std::size_t topic = with_topic ? publication.topic.size() : 0;
  return 2 + topic + property_block_size(layout.properties + alias_size);
}

void write_aliased_publish_head(Writer& writer, const Publication& publication, std::uint16_t alias,
                                bool with_topic, const PublishLayout& layout,
                                std::size_t payload_size) {
  const std::size_t length =
      aliased_variable_header(publication, with_topic, layout) + payload_size;
  writer.u8(static_cast<std::uint8_t>(static_cast<unsigned>(PacketType::publish) << 4 |
                                      (publication.retain ? publish_retain : 0u)));
  writer.varint(static_cast<std::uint32_t>(length));
  writer.text(with_topic ? publication.topic : std::string_view{});
  writer.varint(static_cast<std::uint32_t>(layout.properties + alias_size));
  std::array<Property, 3> own{Property{PropertyId::topic_alias, std::uint32_t{alias}}};
  std::size_t count = 1;
  if (!publication.response_topic.empty()) {
    own[count++] = {PropertyId::response_topic, publication.response_topic};
  }
  if (publication.correlation_data) {
    own[count++] = {PropertyId::correlation_data, as_text(*publication.correlation_data)};
  }
  write_properties(writer, std::span{own}.first(count));
  write_properties(writer, publication.properties);
}

}  // namespace minimq::codec
