// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <random>

#include "codec/connect.hpp"
#include "codec/decode.hpp"
#include "codec/publish.hpp"
#include "codec/subscribe.hpp"
#include "codec/support.hpp"
#include "support/judge/client_packet.hpp"

namespace minimq::codec {
namespace {

constexpr unsigned seed = 1883;

// Random values for everything that a client sends. Texts stay alive as long as this.
class Random {
 public:
  unsigned below(unsigned bound) { return static_cast<unsigned>(engine_() % bound); }
  bool chance() { return below(2) != 0; }

  // Short mostly, and at times around the sizes where a length takes one byte more.
  std::string_view text(std::string_view alphabet) {
    constexpr unsigned sizes[] = {0, 1, 2, 5, 20, 127, 128, 129, 300, 16'384};
    std::string text;
    for (unsigned count = sizes[below(std::size(sizes))]; count != 0; --count) {
      text += alphabet[below(static_cast<unsigned>(alphabet.size()))];
    }
    texts_.push_back(std::make_unique<std::string>(text));
    return *texts_.back();
  }
  std::string_view topic() {
    const std::string_view topic = text("ab/$ ");
    return topic.empty() ? "t" : topic;
  }
  std::vector<Property> users() {
    std::vector<Property> list;
    for (unsigned count = below(4); count != 0; --count) {
      list.push_back(Property::user(text("kn"), text("vw")));
    }
    return list;
  }

 private:
  std::mt19937 engine_{seed};
  std::vector<std::unique_ptr<std::string>> texts_{};
};

std::string written_down(const Property& property) {
  const std::string id = std::to_string(static_cast<unsigned>(property.id())) + ':';
  if (property.id() == PropertyId::user_property) {
    return id + std::string{property.name()} + ':' + std::string{property.text()};
  }
  const bool is_text = !property.text().empty() || property.id() == PropertyId::content_type;
  return id + (is_text ? std::string{property.text()} : std::to_string(property.number()));
}

std::vector<std::string> written_down(const std::vector<Property>& properties) {
  std::vector<std::string> list;
  for (const Property& property : properties)
    list.push_back(written_down(property));
  return list;
}

std::vector<std::string> written_down(const judge::Properties& properties) {
  std::vector<std::string> list;
  for (const judge::Property& property : properties)
    list.push_back(std::to_string(property.id) + ':' + to_string(property));
  return list;
}

// What arrives at a parser that was written from the specification alone.
judge::OwnedClientPacket arrived(Bytes bytes) {
  const auto packet = judge::parse_client_packet(bytes);
  EXPECT_TRUE(packet.has_value());
  EXPECT_EQ(packet->size, bytes.size());
  return *packet;
}

TEST(RoundTrip, PublishArrivesAtAnIndependentParserAndAtOurOwn) {
  Random random;
  for (int round = 0; round < 2000; ++round) {
    std::vector<Property> properties = random.users();
    if (random.chance()) properties.push_back(Property::message_expiry_s(random.below(1u << 31)));
    if (random.chance()) properties.push_back(Property::content_type(random.text("xy")));
    if (random.chance()) properties.insert(properties.begin(), Property::payload_is_text());
    const std::string_view payload = random.text("01");
    Publication publication{.topic = random.topic(),
                            .payload = payload,
                            .qos = static_cast<QoS>(random.below(3)),
                            .retain = random.chance(),
                            .properties = properties};
    std::vector<std::string> expected = written_down(properties);
    if (random.chance()) {
      publication.correlation_data = as_bytes(random.text("cd"));
      expected.insert(expected.begin(), "9:" + std::string{as_text(*publication.correlation_data)});
    }
    if (random.chance()) {
      publication.response_topic = random.topic();
      expected.insert(expected.begin(), "8:" + std::string{publication.response_topic});
    }
    std::vector<std::byte> packet = written_bytes([&](Writer& writer) {
      write_publish(writer, publication, publication.qos, 0xABCD, payload.size());
    });
    std::ranges::copy(as_bytes(payload),
                      packet.end() - static_cast<std::ptrdiff_t>(payload.size()));

    const auto parsed = arrived(packet);
    EXPECT_EQ(parsed.type, judge::ClientPacket::Type::publish);
    EXPECT_EQ(parsed.flags, static_cast<unsigned>(publication.qos) * 2 + publication.retain);
    EXPECT_EQ(parsed.id, publication.qos == QoS::at_most_once ? 0u : 0xABCDu);
    EXPECT_EQ(parsed.topic, publication.topic);
    EXPECT_EQ(parsed.payload, payload);
    EXPECT_EQ(written_down(parsed.properties), expected);

    const auto flags = std::to_integer<std::uint8_t>(packet[0] & std::byte{15});
    const auto header = decode_fixed_header(packet);
    ASSERT_TRUE(header && *header);
    const auto publish = decode_publish(flags, Bytes{packet}.subspan((*header)->size));
    ASSERT_TRUE(publish);
    EXPECT_EQ(publish->topic, publication.topic);
    EXPECT_EQ(as_text(publish->payload), payload);
    EXPECT_EQ(publish->properties.empty(), expected.empty());
  }
}

TEST(RoundTrip, SubscribeAndUnsubscribeArriveAtAnIndependentParser) {
  Random random;
  for (int round = 0; round < 1000; ++round) {
    std::vector<Property> properties = random.users();
    std::vector<TopicFilter> filters;
    std::vector<std::string_view> names;
    std::vector<std::pair<std::string, unsigned>> expected;
    for (unsigned count = 1 + random.below(5); count != 0; --count) {
      const unsigned options = random.below(3) + 8 * random.below(2) + 16 * random.below(3);
      names.push_back(random.topic());
      filters.push_back({.filter = names.back(),
                         .maximum_qos = static_cast<QoS>(options & 3),
                         .retain_as_published = (options & 8) != 0,
                         .retain_handling = static_cast<RetainHandling>(options >> 4)});
      expected.emplace_back(names.back(), options);
    }
    const auto write = [&](auto write_packet) {
      const std::vector<std::byte> packet = written_bytes(write_packet);
      EXPECT_EQ(count_filters(packet), filters.size());
      return arrived(packet);
    };
    const auto unsubscribe =
        write([&](Writer& writer) { write_unsubscribe(writer, 7, names, properties); });
    EXPECT_EQ(unsubscribe.type, judge::ClientPacket::Type::unsubscribe);
    EXPECT_EQ(written_down(unsubscribe.properties), written_down(properties));
    ASSERT_EQ(unsubscribe.filters.size(), names.size());
    for (std::size_t i = 0; i < names.size(); ++i)
      EXPECT_EQ(unsubscribe.filters[i].filter, names[i]);

    properties.push_back(Property::subscription_identifier(1 + random.below(268'435'455)));
    const auto subscribe =
        write([&](Writer& writer) { write_subscribe(writer, 7, filters, properties); });
    EXPECT_EQ(subscribe.type, judge::ClientPacket::Type::subscribe);
    EXPECT_EQ(subscribe.id, 7u);
    EXPECT_EQ(written_down(subscribe.properties), written_down(properties));
    ASSERT_EQ(subscribe.filters.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(subscribe.filters[i].filter, expected[i].first);
      EXPECT_EQ(subscribe.filters[i].options, expected[i].second);
    }
  }
}

TEST(RoundTrip, ConnectArrivesAtAnIndependentParser) {
  Random random;
  for (int round = 0; round < 1000; ++round) {
    const std::vector<Property> properties = random.users();
    std::vector<Property> will_properties = random.users();
    if (random.chance()) will_properties.push_back(Property::will_delay_s(random.below(100)));
    const Will will{.topic = random.topic(),
                    .payload = as_bytes(random.text("gone")),
                    .qos = static_cast<QoS>(random.below(3)),
                    .retain = random.chance(),
                    .properties = will_properties};
    Credentials credentials;
    if (random.chance()) credentials.user_name = random.text("user");
    if (random.chance()) credentials.password = as_bytes(random.text("secret"));
    Config config;
    config.oversize = Oversize::skip;
    config.maximum_packet_size = 999;
    config.client_id = random.text("id");
    config.properties = properties;
    config.keep_alive_s = static_cast<std::uint16_t>(random.below(65'536));
    if (random.chance()) config.will = &will;
    if (random.chance()) config.credentials = &credentials;
    ASSERT_EQ(check_connect(config), Error{});
    const bool clean_start = random.chance();
    const std::vector<std::byte> packet =
        written_bytes([&](Writer& writer) { write_connect(writer, config, clean_start); });

    const auto parsed = arrived(packet);
    std::vector<std::string> expected{"17:3600", "33:4", "39:999"};
    for (const std::string& property : written_down(properties))
      expected.push_back(property);
    EXPECT_EQ(written_down(parsed.properties), expected);
    EXPECT_EQ(parsed.client_id, config.client_id);
    EXPECT_EQ(parsed.keep_alive, config.keep_alive_s);
    ASSERT_EQ(parsed.will.has_value(), config.will != nullptr);
    if (parsed.will) {
      EXPECT_EQ(written_down(parsed.will->properties), written_down(will_properties));
      EXPECT_EQ(parsed.will->topic, will.topic);
      EXPECT_EQ(parsed.will->payload, as_text(will.payload));
    }
    const bool sent = config.credentials != nullptr;
    EXPECT_EQ(parsed.user_name.value_or(""),
              sent && credentials.user_name ? *credentials.user_name : "");
    EXPECT_EQ(parsed.password.value_or(""),
              sent && credentials.password ? as_text(*credentials.password) : "");
  }
}

}  // namespace
}  // namespace minimq::codec
