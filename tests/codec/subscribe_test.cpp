// SPDX-License-Identifier: MIT
#include "codec/subscribe.hpp"

#include <gtest/gtest.h>

#include "codec/decode.hpp"
#include "codec/support.hpp"

namespace minimq::codec {
namespace {

using Filters = std::vector<TopicFilter>;
using Names = std::vector<std::string_view>;
using List = std::vector<Property>;

auto subscribing(const Filters& filters, const List& properties) {
  return [&](Writer& writer) { write_subscribe(writer, 0x1234, filters, properties); };
}

auto unsubscribing(const Names& filters, const List& properties) {
  return [&](Writer& writer) { write_unsubscribe(writer, 0x1234, filters, properties); };
}

std::string subscribe(const Filters& filters, const List& properties = {}) {
  return written(subscribing(filters, properties));
}

std::string unsubscribe(const Names& filters, const List& properties = {}) {
  return written(unsubscribing(filters, properties));
}

Error subscribe_error(const Filters& filters, const List& properties = {}) {
  return writing_error(subscribing(filters, properties));
}

Error unsubscribe_error(const Names& filters, const List& properties = {}) {
  return writing_error(unsubscribing(filters, properties));
}

TEST(Subscribe, OfOneFilter) {  // [MQTT-3.8.1-1], [MQTT-2.2.2-1]
  EXPECT_EQ(subscribe({{.filter = "a/b"}}), as_hex("82 09 12 34 00 00 03 'a/b' 02"))
      << "[MQTT-3.8.1-1] [MQTT-2.2.2-1]";
}

TEST(Subscribe, OfSeveralFiltersWithAllOptions) {
  EXPECT_EQ(subscribe({{.filter = "a",
                        .maximum_qos = QoS::at_least_once,
                        .no_local = true,
                        .retain_as_published = true,
                        .retain_handling = RetainHandling::do_not_send},
                       {.filter = "b/#",
                        .maximum_qos = QoS::at_most_once,
                        .retain_handling = RetainHandling::send_if_new},
                       {.filter = "$share/g/+"}},
                      {Property::subscription_identifier(128), Property::user("k", "v")}),
            as_hex("82 24 12 34 0A 0B 80 01 26 00 01 'k' 00 01 'v'"
                   "00 01 'a' 2D 00 03 'b/#' 10 00 0A '$share/g/+' 02"));
}

TEST(Subscribe, EveryCombinationOfOptions) {
  for (unsigned options = 0; options < 64; ++options) {
    const unsigned qos = options & 3;
    const unsigned handling = options >> 4;
    const TopicFilter filter{.filter = "a",
                             .maximum_qos = static_cast<QoS>(qos),
                             .no_local = (options & 4) != 0,
                             .retain_as_published = (options & 8) != 0,
                             .retain_handling = static_cast<RetainHandling>(handling)};
    const bool good = subscribe_error({filter}) == Error{};
    ASSERT_EQ(good, qos != 3 && handling != 3) << options;
    if (!good) continue;
    std::vector<std::byte> expected = hex("82 07 12 34 00 00 01 'a'");
    expected.push_back(static_cast<std::byte>(options));
    EXPECT_EQ(subscribe({filter}), to_hex(expected)) << "[MQTT-3.8.3-5]";
  }
}

TEST(Subscribe, TellsWhatItAsksOfTheBroker) {
  const auto needs = [](const Filters& filters, const List& properties = {}) {
    Writer writer;
    return write_subscribe(writer, 1, filters, properties);
  };
  EXPECT_EQ(needs({{.filter = "a"}}), 0);
  EXPECT_EQ(needs({{.filter = "a"}, {.filter = "a/+"}}), SubscribeNeeds::wildcard);
  EXPECT_EQ(needs({{.filter = "$share/g/a"}, {.filter = "b"}}), SubscribeNeeds::shared);
  EXPECT_EQ(needs({{.filter = "a"}}, {Property::subscription_identifier(1)}),
            SubscribeNeeds::identifier);
}

TEST(Subscribe, WithoutFiltersIsRefused) {  // [MQTT-3.8.3-2], [MQTT-3.10.3-2]
  EXPECT_EQ(subscribe_error({}), Error::topic_filter_invalid) << "[MQTT-3.8.3-2]";
  EXPECT_EQ(unsubscribe_error({}), Error::topic_filter_invalid) << "[MQTT-3.10.3-2]";
}

TEST(Subscribe, ABadFilterAnywhereInTheListIsRefused) {  // [MQTT-3.8.3-1]
  for (const std::string_view bad : {"", "a#", "a+", "#/a", "$share/g", "\xFF"}) {
    EXPECT_EQ(subscribe_error({{.filter = bad}}), Error::topic_filter_invalid)
        << bad << " [MQTT-3.8.3-1]";
    EXPECT_EQ(subscribe_error({{.filter = "a"}, {.filter = bad}}), Error::topic_filter_invalid)
        << bad << " [MQTT-3.8.3-1]";
    EXPECT_EQ(unsubscribe_error({bad}), Error::topic_filter_invalid) << "[MQTT-3.10.3-1]";
    EXPECT_EQ(unsubscribe_error({"a", bad, "b"}), Error::topic_filter_invalid)
        << bad << " [MQTT-3.10.3-1]";
  }
  EXPECT_EQ(subscribe_error({{.filter = std::string(65'536, 'a')}}), Error::topic_filter_invalid);
  EXPECT_EQ(subscribe_error({{.filter = std::string(65'535, 'a')}}), Error{});
}

TEST(Subscribe, NoLocalWithASharedSubscriptionIsRefused) {  // [MQTT-3.8.3-4]
  EXPECT_EQ(subscribe_error({{.filter = "$share/g/a", .no_local = true}}),
            Error::topic_filter_invalid)
      << "[MQTT-3.8.3-4]";
  EXPECT_EQ(subscribe_error({{.filter = "$share/g/a"}}), Error{});
}

TEST(Subscribe, PropertiesThatDoNotBelongAreRefused) {
  EXPECT_EQ(subscribe_error({{.filter = "a"}}, {Property::subscription_identifier(0)}),
            Error::property_invalid);
  EXPECT_EQ(subscribe_error({{.filter = "a"}}, {Property::subscription_identifier(1),
                                                Property::subscription_identifier(2)}),
            Error::property_invalid);
  EXPECT_EQ(subscribe_error({{.filter = "a"}}, {Property::content_type("t")}),
            Error::property_invalid);
  EXPECT_EQ(unsubscribe_error({"a"}, {Property::subscription_identifier(1)}),
            Error::property_invalid);
}

TEST(Subscribe, AboveTheLargestRemainingLengthIsRefused) {
  const std::string filter(65'535, 'a');
  const TopicFilter entry{.filter = filter};
  EXPECT_EQ(measured(subscribing(Filters(4095, entry), {})).size(), 1u + 4 + 3 + 4095 * 65'538);
  EXPECT_EQ(subscribe_error(Filters(4096, entry)), Error::packet_too_large);
  EXPECT_EQ(unsubscribe_error(Names(4096, filter)), Error::packet_too_large);
}

TEST(Unsubscribe, OfOneAndOfSeveralFilters) {  // [MQTT-3.10.1-1]
  EXPECT_EQ(unsubscribe({"a/b"}), as_hex("A2 08 12 34 00 00 03 'a/b'")) << "[MQTT-3.10.1-1]";
  EXPECT_EQ(unsubscribe({"a", "$share/g/#"}, {Property::user("k", "v")}),
            as_hex("A2 19 12 34 07 26 00 01 'k' 00 01 'v' 00 01 'a' 00 0A '$share/g/#'"));
}

TEST(CountFilters, TellsHowManyReasonCodesToExpect) {
  EXPECT_EQ(count_filters(hex(subscribe({{.filter = "a/b"}}))), 1u);
  EXPECT_EQ(count_filters(hex(subscribe({{.filter = "a"}, {.filter = "b"}, {.filter = "#"}},
                                        {Property::user("k", "v")}))),
            3u);
  EXPECT_EQ(count_filters(hex(unsubscribe({"a", "b/c"}))), 2u);
  const std::string longer(300, 'a');
  EXPECT_EQ(count_filters(hex(unsubscribe(Names(500, longer)))), 500u);
  EXPECT_EQ(count_filters(hex(subscribe(Filters(500, {.filter = longer})))), 500u);
}

Decoded<SubscriptionAck> decode(PacketType type, const Tight& body) {
  return decode_subscription_ack(type, body.bytes());
}

TEST(SubscriptionAck, HasOneReasonCodeForEachFilter) {  // [MQTT-3.9.3-1]
  const Tight body{hex("12 34 00 00 01 02 87 A2")};
  const auto ack = decode(PacketType::suback, body);
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->packet_id, 0x1234);
  EXPECT_EQ(to_hex(ack->reasons), "00 01 02 87 A2") << "[MQTT-3.9.3-1]";
  EXPECT_TRUE(ack->properties.empty());
  const Tight other{hex("00 01 06 1F 00 03 'bad' 11 00 8F")};
  const auto unsuback = decode(PacketType::unsuback, other);
  ASSERT_TRUE(unsuback);
  EXPECT_EQ(unsuback->properties.find(PropertyId::reason_string)->text(), "bad");
  EXPECT_EQ(to_hex(unsuback->reasons), "11 00 8F") << "[MQTT-3.11.3-1]";
}

TEST(SubscriptionAck, WithoutReasonCodesIsMalformed) {  // CVE-2024-10525
  for (const std::string_view form : {"12 34 00", "12 34", "12", "", "12 34 01 00", "00 01 05 00",
                                      "12 34 06 1F 00 03 'bad'", "00 01 FF FF 00"}) {
    const Tight body{hex(form)};
    for (const PacketType type : {PacketType::suback, PacketType::unsuback}) {
      const auto ack = decode(type, body);
      ASSERT_FALSE(ack) << form;
      EXPECT_EQ(ack.error(), ReasonCode::malformed_packet) << form << " [MQTT-3.8.4-6]";
    }
  }
}

TEST(SubscriptionAck, OfPacketIdentifierZeroIsAProtocolError) {
  const Tight body{hex("00 00 00 00")};
  EXPECT_EQ(decode(PacketType::suback, body).error(), ReasonCode::protocol_error);
  EXPECT_EQ(decode(PacketType::unsuback, body).error(), ReasonCode::protocol_error);
}

}  // namespace
}  // namespace minimq::codec
