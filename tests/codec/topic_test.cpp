// SPDX-License-Identifier: MIT
#include "codec/topic.hpp"

#include <gtest/gtest.h>

#include "codec/support.hpp"

namespace minimq::codec {
namespace {

TEST(TopicName, WithoutWildcardsIsValid) {
  for (const std::string_view topic :
       {"a", "/", "//", "a/b", "/a", "a/", "a//b", " ", "$SYS/x", "$share/a/b", "\xC3\xA4"}) {
    EXPECT_TRUE(is_valid_topic_name(topic)) << topic;
  }
}

TEST(TopicName, WithAWildcardIsInvalidWhereverItStands) {  // [MQTT-4.7.0-1]
  for (const std::string_view topic :
       {"+", "#", "a/+", "a/#", "+/a", "a+", "a#b", "#/a", "a/+/b"}) {
    EXPECT_FALSE(is_valid_topic_name(topic)) << topic << " [MQTT-4.7.0-1]";
    EXPECT_TRUE(has_wildcard(topic)) << topic;
  }
}

TEST(TopicName, NeedsOneCharacterAndNoZero) {  // [MQTT-4.7.3-1], [MQTT-4.7.3-2]
  using namespace std::string_view_literals;
  for (const std::string_view topic : {""sv, "\0"sv, "a\0"sv, "\0b"sv, "abcdefg\0hij"sv, "\xFF"sv,
                                       "a/\xC0\x80"sv, "\xED\xA0\x80"sv}) {
    EXPECT_FALSE(is_valid_topic_name(topic)) << "[MQTT-4.7.3-1] [MQTT-4.7.3-2]";
    EXPECT_FALSE(examine_topic_filter(topic).valid);
  }
}

TEST(TopicName, HasNoControlCharacterAndNoNonCharacter) {
  for (const std::string_view topic : {"a\tb", "\x01", "a/\x7F", "\xC2\x9F", "\xEF\xB7\x90"}) {
    EXPECT_FALSE(is_valid_topic_name(topic)) << topic << " [MQTT-1.5.4-M]";
    EXPECT_FALSE(examine_topic_filter(topic).valid) << topic << " [MQTT-1.5.4-M]";
  }
  EXPECT_TRUE(is_valid_topic_name("\xC2\xA0"));
}

TEST(TopicName, HasAtMost65535Bytes) {  // [MQTT-4.7.3-3]
  EXPECT_TRUE(is_valid_topic_name(std::string(65'535, 'a')));
  EXPECT_FALSE(is_valid_topic_name(std::string(65'536, 'a'))) << "[MQTT-4.7.3-3]";
  EXPECT_FALSE(is_valid_topic_name(std::string(65'537, 'a')));
  EXPECT_TRUE(examine_topic_filter(std::string(65'535, 'a')).valid);
  EXPECT_FALSE(examine_topic_filter(std::string(65'536, 'a')).valid);
}

TEST(TopicName, MayBe65535Slashes) {
  const std::string slashes(65'535, '/');
  EXPECT_TRUE(is_valid_topic_name(slashes));
  EXPECT_TRUE(examine_topic_filter(slashes).valid);
  EXPECT_FALSE(examine_topic_filter(slashes + "/").valid);
  std::string pluses = "+";
  while (pluses.size() + 2 <= 65'535)
    pluses += "/+";
  EXPECT_TRUE(examine_topic_filter(pluses).valid);
}

TEST(TopicFilter, MultiLevelWildcardStandsAloneOrLast) {  // [MQTT-4.7.1-1]
  for (const std::string_view filter : {"#", "a/#", "/#", "a/b/#", "+/#", "//#"}) {
    EXPECT_TRUE(examine_topic_filter(filter).valid) << filter;
    EXPECT_TRUE(examine_topic_filter(filter).wildcard) << filter;
  }
  for (const std::string_view filter :
       {"a#", "#/a", "a/#/b", "##", "#a", "#/", "a/#b", "#+", "/##"}) {
    EXPECT_FALSE(examine_topic_filter(filter).valid) << filter << " [MQTT-4.7.1-1]";
  }
}

TEST(TopicFilter, SingleLevelWildcardFillsItsLevel) {  // [MQTT-4.7.1-2]
  for (const std::string_view filter : {"+", "+/+", "/+", "+/", "a/+/b", "+/a", "a/+", "/+/"}) {
    EXPECT_TRUE(examine_topic_filter(filter).valid) << filter;
    EXPECT_TRUE(examine_topic_filter(filter).wildcard) << filter;
  }
  for (const std::string_view filter : {"a+", "++", "a/+b", "+a", "a+/b", "+#", "a/b+/c"}) {
    EXPECT_FALSE(examine_topic_filter(filter).valid) << filter << " [MQTT-4.7.1-2]";
  }
}

TEST(TopicFilter, WithoutWildcardsSaysSo) {
  for (const std::string_view filter : {"a", "/", "a/b", "$SYS/x", "$share", "$shared/x", "$sharex",
                                        "$Share/g/x", "a/$share/g/x"}) {
    const FilterTraits traits = examine_topic_filter(filter);
    EXPECT_TRUE(traits.valid) << filter;
    EXPECT_FALSE(traits.wildcard) << filter;
    EXPECT_FALSE(traits.shared) << filter;
  }
}

TEST(SharedFilter, HasAShareNameAndAFilter) {  // [MQTT-4.8.2-1], [MQTT-4.8.2-2]
  for (const std::string_view filter : {"$share/g/x", "$share/g/#", "$share/g/+/x", "$share/g//",
                                        "$share/g/$share/h/x", "$share/\xC3\xA4/x"}) {
    const FilterTraits traits = examine_topic_filter(filter);
    EXPECT_TRUE(traits.valid) << filter << " [MQTT-4.8.2-1] [MQTT-4.8.2-2]";
    EXPECT_TRUE(traits.shared) << filter;
  }
  EXPECT_TRUE(examine_topic_filter("$share/g/#").wildcard);
  EXPECT_FALSE(examine_topic_filter("$share/g/x").wildcard);
}

TEST(SharedFilter, WithoutANameOrAFilterIsInvalid) {
  for (const std::string_view filter :
       {"$share/", "$share//x", "$share/g", "$share/g/", "$share/+/x", "$share/#/x", "$share/a+/x",
        "$share/a#b/x", "$share/#", "$share//", "$share/g/a#", "$share/g/++", "$share/g/#/x"}) {
    EXPECT_FALSE(examine_topic_filter(filter).valid) << filter << " [MQTT-4.8.2-1] [MQTT-4.8.2-2]";
    EXPECT_TRUE(examine_topic_filter(filter).shared) << filter;
  }
}

}  // namespace
}  // namespace minimq::codec
