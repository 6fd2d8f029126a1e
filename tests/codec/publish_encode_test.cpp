// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "codec/publish.hpp"
#include "codec/support.hpp"

namespace minimq::codec {
namespace {

auto writing(const Publication& publication, std::uint16_t packet_id = 0x1234) {
  return [&publication, packet_id](Writer& writer) {
    write_publish(writer, publication, publication.qos, packet_id,
                  publication.payload.bytes().size());
  };
}

// The whole packet with a payload, in hex, or the error's number.
std::string encoded(const Publication& publication) {
  if (writing_error(writing(publication)) != Error{}) return written(writing(publication));
  std::vector<std::byte> bytes = written_bytes(writing(publication));
  const Bytes payload = publication.payload.bytes();
  std::ranges::copy(payload, bytes.end() - static_cast<std::ptrdiff_t>(payload.size()));
  return to_hex(bytes);
}

Error error_of(const Publication& publication) {
  return writing_error(writing(publication));
}

TEST(SentPublish, AtEachQos) {
  Publication publication{.topic = "a/b", .payload = "21.5"};
  EXPECT_EQ(encoded(publication), as_hex("30 0A 00 03 'a/b' 00 '21.5'"));
  publication.qos = QoS::at_least_once;
  EXPECT_EQ(encoded(publication), as_hex("32 0C 00 03 'a/b' 12 34 00 '21.5'"));
  publication.qos = QoS::exactly_once;
  EXPECT_EQ(encoded(publication), as_hex("34 0C 00 03 'a/b' 12 34 00 '21.5'"));
  publication.retain = true;
  EXPECT_EQ(encoded(publication), as_hex("35 0C 00 03 'a/b' 12 34 00 '21.5'"));
}

TEST(SentPublish, WithoutPayloadIsAMessage) {
  EXPECT_EQ(encoded({.topic = "a", .retain = true}), as_hex("31 04 00 01 'a' 00"));
}

TEST(SentPublish, WithEverything) {
  const Property properties[] = {Property::payload_is_text(), Property::message_expiry_s(10),
                                 Property::content_type("t"), Property::user("k", "v"),
                                 Property::user("k", "w")};
  EXPECT_EQ(encoded({.topic = "a",
                     .payload = "p",
                     .qos = QoS::at_least_once,
                     .response_topic = "r",
                     .correlation_data = as_bytes("\xFF"),
                     .properties = properties}),
            as_hex("32 28 00 01 'a' 12 34 21"
                   "08 00 01 'r' 09 00 01 FF 01 01 02 00 00 00 0A 03 00 01 't'"
                   "26 00 01 'k' 00 01 'v' 26 00 01 'k' 00 01 'w' 'p'"));
}

TEST(SentPublish, WithAnAliasMayLeaveItsTopicOut) {  // [MQTT-3.3.2-8]
  const auto aliased = [](std::string_view topic) {
    return written([&](Writer& writer) {
      write_publish(writer, {.topic = topic, .response_topic = "r"}, QoS::at_most_once, 0, 0, 7);
    });
  };
  EXPECT_EQ(aliased("a"), as_hex("30 0B 00 01 'a' 07 23 00 07 08 00 01 'r'"));
  EXPECT_EQ(aliased(""), as_hex("30 0A 00 00 07 23 00 07 08 00 01 'r'"));
  EXPECT_EQ(aliased("#"), "error " + std::to_string(static_cast<int>(Error::topic_name_invalid)));
}

TEST(SentPublish, EmptyCorrelationDataIsNotTheSameAsNone) {
  EXPECT_EQ(encoded({.topic = "a", .correlation_data = Bytes{}}),
            as_hex("30 07 00 01 'a' 03 09 00 00"));
}

TEST(SentPublish, LongerThan127BytesHasALongerLength) {
  const std::string payload(200, 'x');
  EXPECT_EQ(encoded({.topic = "a", .payload = std::string_view{payload}}),
            as_hex("30 CC 01 00 01 'a' 00 '" + payload + "'"));
  const std::string value(130, 'v');
  const Property property = Property::content_type(value);
  EXPECT_EQ(encoded({.topic = "a", .properties = {&property, 1}}),
            as_hex("30 8A 01 00 01 'a' 85 01 03 00 82 '" + value + "'"));
}

TEST(SentPublish, ABadTopicIsRefused) {  // [MQTT-3.3.2-1], [MQTT-3.3.2-2]
  using namespace std::string_view_literals;
  for (const std::string_view topic : {""sv, "a/+"sv, "#"sv, "a\0b"sv, "\xC0\x80"sv}) {
    EXPECT_EQ(error_of({.topic = topic}), Error::topic_name_invalid)
        << "[MQTT-3.3.2-1] [MQTT-3.3.2-2]";
  }
  EXPECT_EQ(error_of({.topic = std::string(65'536, 'a')}), Error::topic_name_invalid);
  EXPECT_EQ(error_of({.topic = std::string(65'535, 'a')}), Error{});
}

TEST(SentPublish, ABadResponseTopicIsRefused) {  // [MQTT-3.3.2-13], [MQTT-3.3.2-14]
  using namespace std::string_view_literals;
  for (const std::string_view topic : {"a/+"sv, "#"sv, "a\0b"sv, "\xED\xA0\x80"sv}) {
    EXPECT_EQ(error_of({.topic = "a", .response_topic = topic}), Error::response_topic_invalid)
        << "[MQTT-3.3.2-13] [MQTT-3.3.2-14]";
  }
  EXPECT_EQ(error_of({.topic = "a", .response_topic = std::string(65'536, 'a')}),
            Error::response_topic_invalid);
}

TEST(SentPublish, CorrelationDataAbove65535BytesIsRefused) {
  const std::vector<std::byte> data(65'536);
  EXPECT_EQ(error_of({.topic = "a", .correlation_data = data}), Error::property_invalid);
  EXPECT_EQ(error_of({.topic = "a", .correlation_data = Bytes{data}.first(65'535)}), Error{});
}

TEST(SentPublish, PropertiesThatHaveAFieldAreNotTakenTwice) {
  const Property response{PropertyId::response_topic, "r"};
  const Property correlation{PropertyId::correlation_data, "c"};
  EXPECT_EQ(error_of({.topic = "a", .properties = {&response, 1}}), Error{});
  EXPECT_EQ(error_of({.topic = "a", .response_topic = "r", .properties = {&response, 1}}),
            Error::property_invalid);
  EXPECT_EQ(error_of({.topic = "a", .correlation_data = Bytes{}, .properties = {&correlation, 1}}),
            Error::property_invalid);
}

TEST(SentPublish,
     SubscriptionIdentifierAndTopicAliasAreRefused) {  // [MQTT-3.3.4-6], [MQTT-3.3.2-8]
  for (const Property& property :
       {Property::subscription_identifier(1), Property{PropertyId::topic_alias, 0u},
        Property{PropertyId::topic_alias, 1u}, Property::reason_string("r"),
        Property::will_delay_s(1)}) {
    EXPECT_EQ(error_of({.topic = "a", .properties = {&property, 1}}), Error::property_invalid)
        << "[MQTT-3.3.4-6] [MQTT-3.3.2-8]";
  }
}

TEST(SentPublish, AReservedQosIsRefused) {  // [MQTT-3.3.1-4]
  EXPECT_EQ(error_of({.topic = "a", .qos = static_cast<QoS>(3)}), Error::qos_not_supported)
      << "[MQTT-3.3.1-4]";
}

TEST(SentPublish, AHeadAboveTheLargestRemainingLengthIsRefused) {
  const std::string half(65'535, 'a');
  std::vector<Property> properties(2048, Property::user(half, half));
  EXPECT_EQ(error_of({.topic = "a", .properties = properties}), Error::packet_too_large);
  // 2047 of them leave 124,930 bytes: 3 for the topic, 4 for the length of the properties, and 5 in
  // the last property beside its texts.
  const auto last = [&](std::size_t size) { return Property::user(half, {half.data(), size}); };
  properties.back() = last(59'383);
  const Publication largest{.topic = "a", .properties = properties};
  EXPECT_EQ(error_of(largest), Error{});
  EXPECT_EQ(measured(writing(largest)).size(), 1u + 4 + 268'435'455);
  properties.back() = last(59'384);
  EXPECT_EQ(error_of({.topic = "a", .properties = properties}), Error::packet_too_large);
}

TEST(Payload, OfAnyKindGivesItsBytes) {
  const std::vector<std::byte> bytes = hex("01 02");
  EXPECT_EQ(to_hex(Payload{Bytes{bytes}}.bytes()), "01 02");
  EXPECT_EQ(as_text(Payload{"text"}.bytes()), "text");
  EXPECT_EQ(as_text(Payload{std::string_view{"view"}}.bytes()), "view");
  EXPECT_TRUE(Payload{}.bytes().empty());
  EXPECT_FALSE(Payload{"text"}.is_callable());
  EXPECT_EQ(Payload{"text"}.write({}).error(), Error::payload_failed);
}

TEST(Payload, ThatIsACallableWritesInPlace) {
  const auto fill = [](std::span<std::byte> space) -> std::size_t {
    space[0] = std::byte{7};
    return 1;
  };
  std::vector<std::byte> space(4);
  const Payload payload{fill};
  EXPECT_TRUE(payload.is_callable());
  EXPECT_TRUE(payload.bytes().empty());
  EXPECT_EQ(payload.write(space), 1u);
  EXPECT_EQ(to_hex(space), "07 00 00 00");
}

TEST(Payload, ThatGivesUpOrClaimsTooMuchHasFailed) {
  std::vector<std::byte> space(4);
  const auto give_up = [](std::span<std::byte>) -> std::optional<std::size_t> { return {}; };
  const auto whole = [](std::span<std::byte> room) { return room.size(); };
  const auto too_much = [](std::span<std::byte> room) { return room.size() + 1; };
  EXPECT_EQ(Payload{give_up}.write(space).error(), Error::payload_failed);
  EXPECT_EQ(Payload{whole}.write(space), 4u);
  EXPECT_EQ(Payload{too_much}.write(space).error(), Error::payload_failed);
}

}  // namespace
}  // namespace minimq::codec
