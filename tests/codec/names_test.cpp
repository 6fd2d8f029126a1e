// SPDX-License-Identifier: MIT
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>

#include "minimq/error.hpp"
#include "minimq/reason.hpp"

namespace minimq {
namespace {

// The enumerators of Error as they stand in its header.
std::map<unsigned, std::string> enumerators() {
  std::ifstream header{MINIMQ_SOURCE_DIR "/include/minimq/error.hpp"};
  std::map<unsigned, std::string> names;
  const std::string text{std::istreambuf_iterator<char>{header}, {}};
  const std::size_t begin = text.find("enum class Error");
  const std::string body = text.substr(begin, text.find("};", begin) - begin);
  const std::regex enumerator{R"(\n  ([a-z]\w*)(?: =\s+(\d+))?,)"};
  unsigned value = 0;
  for (std::sregex_iterator it{body.begin(), body.end(), enumerator}, end; it != end; ++it) {
    if ((*it)[2].matched) value = static_cast<unsigned>(std::stoul((*it)[2]));
    names[value++] = (*it)[1];
  }
  return names;
}

const std::map<unsigned, std::string_view> reason_names{
    {0x00, "Success"},
    {0x01, "Granted QoS 1"},
    {0x02, "Granted QoS 2"},
    {0x04, "Disconnect with Will Message"},
    {0x10, "No matching subscribers"},
    {0x11, "No subscription existed"},
    {0x18, "Continue authentication"},
    {0x19, "Re-authenticate"},
    {0x80, "Unspecified error"},
    {0x81, "Malformed Packet"},
    {0x82, "Protocol Error"},
    {0x83, "Implementation specific error"},
    {0x84, "Unsupported Protocol Version"},
    {0x85, "Client Identifier not valid"},
    {0x86, "Bad User Name or Password"},
    {0x87, "Not authorized"},
    {0x88, "Server unavailable"},
    {0x89, "Server busy"},
    {0x8A, "Banned"},
    {0x8B, "Server shutting down"},
    {0x8C, "Bad authentication method"},
    {0x8D, "Keep Alive timeout"},
    {0x8E, "Session taken over"},
    {0x8F, "Topic Filter invalid"},
    {0x90, "Topic Name invalid"},
    {0x91, "Packet Identifier in use"},
    {0x92, "Packet Identifier not found"},
    {0x93, "Receive Maximum exceeded"},
    {0x94, "Topic Alias invalid"},
    {0x95, "Packet too large"},
    {0x96, "Message rate too high"},
    {0x97, "Quota exceeded"},
    {0x98, "Administrative action"},
    {0x99, "Payload format invalid"},
    {0x9A, "Retain not supported"},
    {0x9B, "QoS not supported"},
    {0x9C, "Use another server"},
    {0x9D, "Server moved"},
    {0x9E, "Shared Subscriptions not supported"},
    {0x9F, "Connection rate exceeded"},
    {0xA0, "Maximum connect time"},
    {0xA1, "Subscription Identifiers not supported"},
    {0xA2, "Wildcard Subscriptions not supported"},
};

TEST(Names, OfErrorsAreTheEnumerators) {
  const auto names = enumerators();
  ASSERT_EQ(names.at(static_cast<unsigned>(Error::config_client_id)), "config_client_id");
  ASSERT_EQ(names.at(static_cast<unsigned>(Error::requested)), "requested");
  for (unsigned value = 0; value < 256; ++value) {
    const auto name = names.find(value);
    EXPECT_EQ(to_string(static_cast<Error>(value)), name == names.end() ? "unknown" : name->second)
        << value;
  }
}

TEST(Names, OfReasonCodesAreThoseOfTheSpecification) {  // table 2-6
  for (const auto& [code, name] : reason_names) {
    EXPECT_EQ(to_string(static_cast<ReasonCode>(code)), name) << std::hex << code;
  }
  EXPECT_EQ(reason_names.size(), 43u);
}

TEST(Names, OfReasonCodesThatAreNotListedAreUnknown) {
  for (unsigned value = 0; value < 256; ++value) {
    if (reason_names.contains(value)) continue;
    EXPECT_EQ(to_string(static_cast<ReasonCode>(value)), "unknown") << value;
  }
}

TEST(Names, MayBePrintedAsTextsWithATerminator) {
  for (unsigned value = 0; value < 256; ++value) {
    const std::string_view error = to_string(static_cast<Error>(value));
    const std::string_view reason = to_string(static_cast<ReasonCode>(value));
    EXPECT_EQ(std::string_view{error.data()}, error) << value;
    EXPECT_EQ(std::string_view{reason.data()}, reason) << value;
  }
}

TEST(Names, AreAllDifferent) {
  std::set<std::string_view> names;
  for (const auto& [value, name] : enumerators())
    names.insert(to_string(Error{static_cast<std::uint8_t>(value)}));
  EXPECT_EQ(names.size(), enumerators().size());
}

TEST(ReasonCode, IsAnErrorFrom0x80On) {
  EXPECT_FALSE(is_error(ReasonCode::success));
  EXPECT_FALSE(is_error(static_cast<ReasonCode>(0x7F)));
  EXPECT_TRUE(is_error(ReasonCode::unspecified_error));
  EXPECT_TRUE(is_error(static_cast<ReasonCode>(0xFF)));
}

}  // namespace
}  // namespace minimq
