// SPDX-License-Identifier: MIT
#include "support/judge/properties.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "support/judge/topics.hpp"
#include "support/judge/violation.hpp"

namespace minimq::judge {

namespace {

// How a value is encoded. A flag is a byte of 0 or 1.
enum class Kind : std::uint8_t {
  none,
  flag,
  two,
  four,
  variable,
  text,
  data,
  pair,
};

struct Rule {
  Kind kind{Kind::none};
  std::uint16_t carriers{0};
};

template <class... Carriers>
constexpr std::uint16_t in(Carriers... carriers) {
  return static_cast<std::uint16_t>((0u | ... | (1u << static_cast<unsigned>(carriers))));
}

using enum Carrier;

constexpr std::uint16_t messages = in(will, publish_from_client, publish_from_server);

// Table 2-4 of the specification.
constexpr auto rules = [] {
  std::array<Rule, 0x2B> table{};
  table[0x01] = {Kind::flag, messages};
  table[0x02] = {Kind::four, messages};
  table[0x03] = {Kind::text, messages};
  table[0x08] = {Kind::text, messages};
  table[0x09] = {Kind::data, messages};
  table[0x0B] = {Kind::variable, in(publish_from_server, subscribe)};
  table[0x11] = {Kind::four, in(connect, connack, disconnect_from_client)};
  table[0x12] = {Kind::text, in(connack)};
  table[0x13] = {Kind::two, in(connack)};
  table[0x15] = {Kind::text, in(connect, connack, auth)};
  table[0x16] = {Kind::data, in(connect, connack, auth)};
  table[0x17] = {Kind::flag, in(connect)};
  table[0x18] = {Kind::four, in(will)};
  table[0x19] = {Kind::flag, in(connect)};
  table[0x1A] = {Kind::text, in(connack)};
  table[0x1C] = {Kind::text, in(connack, disconnect_from_server)};
  table[0x1F] = {Kind::text, in(connack, acknowledgement, suback, unsuback, disconnect_from_client,
                                disconnect_from_server, auth)};
  table[0x21] = {Kind::two, in(connect, connack)};
  table[0x22] = {Kind::two, in(connect, connack)};
  table[0x23] = {Kind::two, in(publish_from_client, publish_from_server)};
  table[0x24] = {Kind::flag, in(connack)};
  table[0x25] = {Kind::flag, in(connack)};
  table[0x26] = {Kind::pair, 0xFFFF};
  table[0x27] = {Kind::four, in(connect, connack)};
  table[0x28] = {Kind::flag, in(connack)};
  table[0x29] = {Kind::flag, in(connack)};
  table[0x2A] = {Kind::flag, in(connack)};
  return table;
}();

[[noreturn]] void refuse(std::string_view statement, std::uint32_t id, const char* why) {
  throw Violation{statement, "property " + std::to_string(id) + ' ' + why};
}

Property read_value(std::uint32_t id, Kind kind, Reader& reader) {
  Property property{.id = id};
  switch (kind) {
    case Kind::flag: property.number = reader.byte(); break;
    case Kind::two: property.number = reader.two(); break;
    case Kind::four: property.number = reader.four(); break;
    case Kind::variable: property.number = reader.variable(); break;
    case Kind::pair: property.name = reader.text(); [[fallthrough]];
    case Kind::text: property.value = reader.text(); break;
    case Kind::data: property.value = reader.binary(); break;
    case Kind::none: break;
  }
  property.is_text = kind == Kind::text || kind == Kind::data || kind == Kind::pair;
  return property;
}

void check_value(const Property& property, Kind kind) {
  const std::uint32_t id = property.id;
  if (kind == Kind::flag && property.number > 1) refuse("2.2.2.2", id, "is neither 0 nor 1");
  if (id == property_id::response_topic) check_topic_name(property.value, "3.3.2-14");
  if (kind == Kind::flag || property.is_text || property.number != 0) return;
  if (id == property_id::topic_alias) refuse("3.3.2-8", id, "is zero");
  if (id == property_id::subscription_identifier) refuse("3.8.2.1.2", id, "is zero");
  if (id == property_id::receive_maximum) refuse("3.1.2.11.3", id, "is zero");
  if (id == property_id::maximum_packet_size) refuse("3.1.2.11.4", id, "is zero");
}

}  // namespace

void Properties::parse(Reader& reader, Carrier carrier) {
  list_.clear();
  Reader block{reader.take(reader.variable())};
  std::uint64_t seen = 0;
  while (!block.done()) {
    const std::uint32_t id = block.variable();
    const Rule rule = id < rules.size() ? rules[id] : Rule{};
    if ((rule.carriers >> static_cast<unsigned>(carrier) & 1) == 0 || rule.kind == Kind::none) {
      const bool identifier = id == property_id::subscription_identifier;
      const bool publish = carrier == Carrier::publish_from_client;
      refuse(identifier && publish ? "3.3.4-6" : "2.2.2.2", id, "does not belong in this packet");
    }
    const bool repeats =
        id == property_id::user_property ||
        (id == property_id::subscription_identifier && carrier == Carrier::publish_from_server);
    if ((seen >> id & 1) != 0 && !repeats) refuse("2.2.2.2", id, "is there twice");
    seen |= std::uint64_t{1} << id;
    list_.push_back(read_value(id, rule.kind, block));
    check_value(list_.back(), rule.kind);
  }
}

const Property* Properties::find(std::uint32_t id) const {
  const auto found = std::ranges::find(list_, id, &Property::id);
  return found == list_.end() ? nullptr : &*found;
}

std::uint32_t Properties::number(std::uint32_t id, std::uint32_t otherwise) const {
  const Property* property = find(id);
  return property == nullptr ? otherwise : property->number;
}

std::string to_string(const Property& property) {
  if (!property.is_text) return std::to_string(property.number);
  const std::string value{property.value};
  return property.id == property_id::user_property ? std::string{property.name} + ':' + value
                                                   : value;
}

}  // namespace minimq::judge
