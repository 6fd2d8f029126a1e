// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "codec/properties.hpp"
#include "codec/support.hpp"

namespace minimq::codec {

/// Table 2-4, written down a second time and in another way: B byte, 2 two bytes, 4 four bytes,
/// V variable byte integer, S string, D binary data, P string pair; CN CONNECT, WI will, CA
/// CONNACK, PB PUBLISH, A4 PUBACK to PUBCOMP, SU SUBSCRIBE, SA SUBACK, UN UNSUBSCRIBE, UA UNSUBACK,
/// DI DISCONNECT, AU AUTH.
struct TableRow {
  unsigned id;
  char type;
  std::string_view packets;
};

inline constexpr TableRow property_table[] = {
    {0x01, 'B', "PB WI"},
    {0x02, '4', "PB WI"},
    {0x03, 'S', "PB WI"},
    {0x08, 'S', "PB WI"},
    {0x09, 'D', "PB WI"},
    {0x0B, 'V', "PB SU"},
    {0x11, '4', "CN CA DI"},
    {0x12, 'S', "CA"},
    {0x13, '2', "CA"},
    {0x15, 'S', "CN CA AU"},
    {0x16, 'D', "CN CA AU"},
    {0x17, 'B', "CN"},
    {0x18, '4', "WI"},
    {0x19, 'B', "CN"},
    {0x1A, 'S', "CA"},
    {0x1C, 'S', "CA DI"},
    {0x1F, 'S', "CA A4 SA UA DI AU"},
    {0x21, '2', "CN CA"},
    {0x22, '2', "CN CA"},
    {0x23, '2', "PB"},
    {0x24, 'B', "CA"},
    {0x25, 'B', "CA"},
    {0x26, 'P', "CN WI CA PB A4 SU SA UN UA DI AU"},
    {0x27, '4', "CN CA"},
    {0x28, 'B', "CA"},
    {0x29, 'B', "CA"},
    {0x2A, 'B', "CA"},
};

struct CarrierName {
  Carrier carrier;
  std::string_view packet;
  bool received;
};

inline constexpr CarrierName carriers[] = {
    {Carrier::connect, "CN", false},
    {Carrier::will, "WI", false},
    {Carrier::publish, "PB", false},
    {Carrier::subscribe, "SU", false},
    {Carrier::unsubscribe, "UN", false},
    {Carrier::disconnect, "DI", false},
    {Carrier::auth, "AU", false},
    {Carrier::received_connack, "CA", true},
    {Carrier::received_publish, "PB", true},
    {Carrier::received_ack, "A4", true},
    {Carrier::received_disconnect, "DI", true},
    {Carrier::received_auth, "AU", true},
};

inline const TableRow* find_row(unsigned id) {
  for (const TableRow& row : property_table) {
    if (row.id == id) return &row;
  }
  return nullptr;
}

/// Whether this property may stand there. The prose restricts the table: a client sends no
/// Subscription Identifier in PUBLISH [MQTT-3.3.4-6], this one no alias, and no Server Reference.
/// What the configuration has fields for is no property of CONNECT.
inline bool belongs(unsigned id, const CarrierName& carrier) {
  const TableRow* const row = find_row(id);
  if (row == nullptr || row->packets.find(carrier.packet) == std::string_view::npos) return false;
  if (carrier.carrier == Carrier::publish && (id == 0x0B || id == 0x23)) return false;
  if (carrier.carrier == Carrier::connect) return id == 0x17 || id == 0x19 || id == 0x26;
  return !(carrier.carrier == Carrier::disconnect && id == 0x1C);
}

/// A good value of a property, encoded without its identifier.
inline std::vector<std::byte> good_value(char type) {
  switch (type) {
    case 'B': return hex("01");
    case '2': return hex("00 01");
    case '4': return hex("00 00 00 01");
    case 'V': return hex("01");
    case 'S':
    case 'D': return hex("00 01 'x'");
    default: return hex("00 01 'k' 00 01 'v'");
  }
}

/// The same as the application gives it.
inline Property good_property(unsigned id, char type) {
  const auto property_id = static_cast<PropertyId>(id);
  if (type == 'P') return {property_id, "k", "v"};
  if (type == 'S' || type == 'D') return {property_id, std::string_view{"x"}};
  return {property_id, std::uint32_t{1}};
}

/// Writes properties, with their length; the error property_invalid, or that of a list too long.
inline auto writing(std::span<const Property> properties, Carrier carrier) {
  return [properties, carrier](Writer& writer) {
    write_properties(writer, carrier, properties, Error::property_invalid);
  };
}

/// Reads properties behind a length field that fits them.
struct Reading {
  ReasonCode error;
  std::vector<std::byte> encoded;
};
inline Reading read(const std::vector<std::byte>& properties, Carrier carrier) {
  std::vector<std::byte> bytes = varint_bytes(properties.size());
  append(bytes, properties);
  const Tight tight{bytes};
  Reader reader{tight.bytes()};
  const Properties result = read_properties(reader, carrier);
  const Bytes encoded = result.encoded();
  return {reader.error(), {encoded.begin(), encoded.end()}};
}

}  // namespace minimq::codec
