// SPDX-License-Identifier: MIT
//
// Every first byte, and every form of a Variable Byte Integer, as a broker may send them.
#include <algorithm>
#include <array>
#include <gtest/gtest.h>

#include "conformance/statement.hpp"

namespace minimq::testing {
namespace {

std::string hex_byte(unsigned value) {
  const std::byte byte[] = {static_cast<std::byte>(value)};
  return to_hex(byte);
}

class EveryHeader : public Statement {
 protected:
  // A good rest for each packet type, on a busy connection.
  static std::string_view rest(unsigned type, unsigned flags) {
    constexpr std::array<std::string_view, 16> rests{"00",
                                                     "0D 00 04 'MQTT' 05 02 00 00 00 00 00",
                                                     "03 00 00 00",
                                                     "05 00 01 't' 00 'x'",
                                                     "02 <a>",
                                                     "02 <b>",
                                                     "02 00 09",
                                                     "02 <c>",
                                                     "07 00 01 00 00 01 'f' 00",
                                                     "04 <s> 00 00",
                                                     "06 00 01 00 00 01 'f'",
                                                     "04 <u> 00 00",
                                                     "00",
                                                     "00",
                                                     "00",
                                                     "00"};
    return type == 3 && (flags & 6) != 0 ? "07 00 01 't' 00 05 00 'x'" : rests[type];
  }

  // Table 2-2.
  static bool are_listed(unsigned type, unsigned flags) {
    if (type == 3) return (flags & 6) != 6 && flags != 8 && flags != 9;
    return type != 0 && flags == (type == 6 || type == 8 || type == 10 ? 2u : 0u);
  }

  // Table 2-1: what comes from a server on a connection without enhanced authentication.
  static std::string_view expected(unsigned type) {
    if (type == 14) return "disconnected_by_broker, ";
    const bool wrong_way = type == 1 || type == 8 || type == 10 || type == 12;
    return wrong_way || type == 2 || type == 15 ? protocol_error : fine;
  }
};

TEST_F(EveryHeader, WithAWrongFlagNibbleIsMalformedInEveryPacketType) {
  for (unsigned first = 0; first < 256; ++first) {
    const unsigned type = first >> 4;
    const std::string packet = hex_byte(first) + " " + std::string{rest(type, first & 15)};
    const std::string_view verdict = are_listed(type, first & 15) ? expected(type) : malformed;
    ASSERT_EQ(reaction_to(packet), verdict) << std::hex << first << " [MQTT-2.1.3-1]";
  }
}

TEST_F(EveryHeader, WithAWrongFlagNibbleIsMalformedBeforeConnackToo) {
  for (unsigned first = 0; first < 256; ++first) {
    const unsigned type = first >> 4;
    if (type == 3) continue;  // Its flags are looked at later.
    std::string packet = hex_byte(first) + " " + std::string{rest(type, 0)};
    if (const auto id = packet.find('<'); id != std::string::npos) packet.replace(id, 3, "00 05");
    const std::string_view verdict = !are_listed(type, first & 15) ? malformed_silently
                                     : type == 2                   ? fine
                                                                   : protocol_error_silently;
    ASSERT_EQ(reaction_to_answer(packet), verdict) << std::hex << first << " [MQTT-2.1.3-1]";
  }
}

TEST_F(EveryHeader, OfPubrelHasTheFlags0010) {
  for (unsigned flags = 0; flags < 16; ++flags) {
    EXPECT_EQ(reaction_to(hex_byte(0x60 | flags) + " 02 00 09"), flags == 2 ? fine : malformed)
        << flags << " [MQTT-3.6.1-1]";
  }
}

TEST_F(EveryHeader, OfDisconnectAndAuthHasNoFlags) {
  for (unsigned flags = 1; flags < 16; ++flags) {
    EXPECT_EQ(reaction_to(hex_byte(0xE0 | flags) + " 00"), malformed) << "[MQTT-3.14.1-1]";
    EXPECT_EQ(reaction_to(hex_byte(0xF0 | flags) + " 00"), malformed) << "[MQTT-3.15.1-1]";
  }
  busy();
  ASSERT_TRUE(engine().disconnect(ReasonCode::success, {}));
  EXPECT_EQ(sent(), "E0 00") << "[MQTT-3.14.1-1]";
}

// What a Variable Byte Integer is, by the text of chapter 1.5.5.
struct Form {
  enum class Kind : std::uint8_t {
    incomplete,
    malformed,
    complete
  };
  Kind kind{Kind::incomplete};
  std::size_t size{0};  // how many bytes decide
  std::size_t value{0};
};

Form form_of(const std::vector<unsigned>& bytes) {
  Form form;
  std::size_t weight = 1;
  for (const unsigned byte : bytes) {
    ++form.size;
    form.value += (byte % 128) * weight;
    weight *= 128;
    const bool shorter_will_do = byte == 0 && form.size > 1;
    if (shorter_will_do || (byte >= 128 && form.size == 4)) form.kind = Form::Kind::malformed;
    if (byte < 128 && !shorter_will_do) form.kind = Form::Kind::complete;
    if (form.kind != Form::Kind::incomplete) break;
  }
  return form;
}

// Calls `see(bytes)` for each sequence of one to five bytes out of those at the bounds, of which
// only the last may end the form.
template <class See>
void for_each_sequence(See see) {
  constexpr std::array<unsigned, 6> bounds{0x00, 0x01, 0x7F, 0x80, 0x81, 0xFF};
  std::vector<std::size_t> digits{0};
  while (digits.size() <= 5) {
    std::vector<unsigned> bytes;
    for (const std::size_t digit : digits)
      bytes.push_back(bounds[digit]);
    const auto ends = [](unsigned byte) { return byte < 0x80; };
    if (std::none_of(bytes.begin(), bytes.end() - 1, ends)) see(bytes);
    std::size_t at = 0;
    while (at < digits.size() && ++digits[at] == bounds.size())
      digits[at++] = 0;
    if (at == digits.size()) digits.push_back(0);
  }
}

class EveryForm : public Statement {
 protected:
  // A connection whose rx takes all but the longest forms.
  void connect_with_large_rx() {
    config.buffers = {large_rx_, large_tx_};
    start_anew();
    connect();
  }

  // A PUBLISH with these bytes of properties, their length field included.
  static std::string publish_with(const std::vector<std::byte>& properties) {
    const std::size_t size = 3 + properties.size() + 1;
    std::string head = "30 " + hex_byte(size % 128 | (size >= 128 ? 128 : 0));
    if (size >= 128)
      head += " " + hex_byte(static_cast<unsigned>(size / 128 % 128) | (size >= 16'384 ? 128 : 0));
    if (size >= 16'384) head += " " + hex_byte(static_cast<unsigned>(size / 16'384));
    return head + " 00 01 't' " + to_hex(properties) + " 'x'";
  }

  static std::string hex_byte(std::size_t value) {
    return testing::hex_byte(static_cast<unsigned>(value));
  }

 private:
  alignas(4) std::byte large_rx_[20'000];
  alignas(4) std::byte large_tx_[768];
};

TEST_F(EveryForm, OfTheRemainingLengthIsJudgedAtTheByteThatDecides) {
  for_each_sequence([this](const std::vector<unsigned>& bytes) {
    const Form form = form_of(bytes);
    connect_with_large_rx();
    receive("30");
    for (std::size_t i = 0; i < form.size; ++i) {
      ASSERT_EQ(reaction(), fine) << "before it is decided";
      receive(hex_byte(bytes[i]));
    }
    const bool large = form.kind == Form::Kind::complete && form.size + 1 + form.value > 20'000;
    std::string_view verdict = large ? too_large : fine;
    if (form.kind == Form::Kind::malformed) verdict = malformed;
    if (form.kind == Form::Kind::complete && form.value == 0) verdict = malformed;  // no topic
    ASSERT_EQ(reaction(), verdict)
        << form.size << " bytes, " << form.value << " [MQTT-1.5.5-1] [MQTT-1.5.5-M]";
  });
}

TEST_F(EveryForm, OfThePropertyLengthIsTakenExactlyIfItIsTheShortest) {
  for_each_sequence([this](const std::vector<unsigned>& bytes) {
    const Form form = form_of(bytes);
    std::vector<std::byte> properties;
    for (const unsigned byte : bytes)
      properties.push_back(static_cast<std::byte>(byte));
    // As much as is announced, as one Content Type; too much of it would not fit anyway.
    const bool fits = form.kind == Form::Kind::complete && form.value < 17'000;
    if (form.kind == Form::Kind::complete) properties.resize(form.size);
    if (fits && form.value >= 3) {
      const std::size_t text = form.value - 3;
      for (const std::size_t byte : {std::size_t{3}, text / 256, text % 256})
        properties.push_back(static_cast<std::byte>(byte));
      properties.resize(properties.size() + text, std::byte{'y'});
    }
    connect_with_large_rx();
    receive(publish_with(properties));
    const bool good = fits && (form.value == 0 || form.value >= 3);
    ASSERT_EQ(reaction(), good ? fine : malformed)
        << form.size << " bytes, " << form.value << " [MQTT-1.5.5-1]";
    ASSERT_EQ(message(), good ? "x" : "none");
  });
}

TEST_F(EveryForm, OfTheSubscriptionIdentifierIsTakenExactlyIfItIsTheShortest) {
  for_each_sequence([this](const std::vector<unsigned>& bytes) {
    const Form form = form_of(bytes);
    const std::size_t size = form.kind == Form::Kind::complete ? form.size : bytes.size();
    std::vector<std::byte> properties{static_cast<std::byte>(size + 1), std::byte{0x0B}};
    for (std::size_t i = 0; i < size; ++i)
      properties.push_back(static_cast<std::byte>(bytes[i]));
    connect_with_large_rx();
    receive(publish_with(properties));
    const bool zero = form.kind == Form::Kind::complete && form.value == 0;
    ASSERT_EQ(reaction(), zero                                ? protocol_error
                          : form.kind == Form::Kind::complete ? fine
                                                              : malformed)
        << form.size << " bytes, " << form.value << " [MQTT-3.3.2.3.8-M] [MQTT-1.5.5-1]";
    if (form.kind != Form::Kind::complete || zero) return;
    const auto event = engine().next_message();
    ASSERT_TRUE(event);
    const auto id = event->message().properties().find(PropertyId::subscription_identifier);
    ASSERT_TRUE(id);
    ASSERT_EQ(id->number(), form.value);
  });
}

}  // namespace
}  // namespace minimq::testing
