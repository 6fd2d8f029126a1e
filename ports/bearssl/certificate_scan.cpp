// SPDX-License-Identifier: MIT
#include <minimq/bearssl/certificate_scan.hpp>
#include <minimq/tls/host_name.hpp>

#include <algorithm>
#include <chrono>

namespace minimq::bearssl {

namespace {

// Tags of ASN.1.
constexpr std::uint8_t octets_tag = 0x04;
constexpr std::uint8_t identifier_tag = 0x06;
constexpr std::uint8_t utc_time_tag = 0x17;
constexpr std::uint8_t generalized_time_tag = 0x18;
constexpr std::uint8_t sequence_tag = 0x30;
constexpr std::uint8_t version_tag = 0xa0;
constexpr std::uint8_t extensions_tag = 0xa3;
constexpr std::uint8_t dns_name_tag = 0x82;
constexpr std::uint8_t address_tag = 0x87;

// Children of the body behind its optional version: serial number, algorithm, issuer, validity.
constexpr std::uint8_t validity_index = 3;

// Identifiers, encoded.
constexpr std::string_view subject_alternative_name = "\x55\x1d\x11";
constexpr std::string_view extended_key_usage = "\x55\x1d\x25";
constexpr std::string_view any_purpose{"\x55\x1d\x25\x00", 4};
constexpr std::string_view server_purpose = "\x2b\x06\x01\x05\x05\x07\x03\x01";

std::optional<unsigned> two_digits(std::string_view text, std::size_t position) {
  const char tens = text[position];
  const char ones = text[position + 1];
  if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return std::nullopt;
  return static_cast<unsigned>((tens - '0') * 10 + (ones - '0'));
}

// YYMMDDHHMMSSZ, or with a year of four digits; seconds since 1970.
std::optional<std::int64_t> parse_time(std::string_view text, bool four_digits) {
  std::array<unsigned, 7> parts{};
  const std::size_t first = four_digits ? 0 : 1;
  if (text.size() != (parts.size() - first) * 2 + 1 || text.back() != 'Z') return std::nullopt;
  for (std::size_t i = first; i < parts.size(); ++i) {
    const auto part = two_digits(text, (i - first) * 2);
    if (!part) return std::nullopt;
    parts[i] = *part;
  }
  if (!four_digits) parts[0] = parts[1] < 50 ? 20 : 19;
  const std::chrono::year_month_day date{
      std::chrono::year{static_cast<int>(parts[0] * 100 + parts[1])}, std::chrono::month{parts[2]},
      std::chrono::day{parts[3]}};
  if (!date.ok() || parts[4] > 23 || parts[5] > 59 || parts[6] > 60) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  return days * 86'400 + parts[4] * 3'600 + parts[5] * 60 + parts[6];
}

}  // namespace

void CertificateScan::begin(std::string_view host, Bytes address) {
  *this = {};
  host_ = host;
  address_ = address;
  levels_[0] = {.left = UINT32_MAX, .index = 0, .node = Node::file};
  depth_ = 1;
  state_ = State::tag;
}

void CertificateScan::add(std::span<const unsigned char> bytes) {
  while (!bytes.empty()) {
    std::size_t count = 1;
    if (state_ == State::content && item_ == Item::skipped) {
      count = std::min<std::size_t>(bytes.size(), size_);
      size_ -= static_cast<std::uint32_t>(count);
      if (size_ == 0) end_element();
    } else {
      step(bytes.front());
    }
    bytes = bytes.subspan(count);
  }
}

void CertificateScan::step(std::uint8_t byte) {
  switch (state_) {
    case State::tag:
    case State::size:
    case State::more_size:
      if (levels_[depth_ - 1u].left == 0) {
        state_ = State::malformed;
        return;
      }
      --levels_[depth_ - 1u].left;
      break;
    case State::content: take(byte); return;
    case State::done: state_ = State::malformed; return;  // something behind the certificate
    case State::malformed: return;
  }
  if (state_ == State::tag) {
    tag_ = byte;
    state_ = (byte & 0x1f) == 0x1f ? State::malformed : State::size;
  } else if (state_ == State::size && byte < 0x80) {
    size_ = byte;
    element();
  } else if (state_ == State::size) {
    size_bytes_ = byte & 0x7f;
    size_ = 0;
    state_ = size_bytes_ == 0 || size_bytes_ > 3 ? State::malformed : State::more_size;
  } else {
    size_ = size_ << 8 | byte;
    if (--size_bytes_ == 0) element();
  }
}

// A tag and a size were read.
void CertificateScan::element() {
  Level& level = levels_[depth_ - 1u];
  if (size_ > level.left) {
    state_ = State::malformed;
    return;
  }
  level.left -= size_;
  const bool is_version = level.node == Node::body && tag_ == version_tag && level.index == 0;
  if (!is_version && level.index < UINT8_MAX) ++level.index;
  if (const auto node = entered(level)) {
    enter(*node);
    return;
  }
  item_ = item(level);
  captured_size_ = 0;
  state_ = State::content;
  if (size_ != 0) return;
  end_item();
  end_element();
}

// What the element is that begins as a child of `level`, if its children matter.
std::optional<CertificateScan::Node> CertificateScan::entered(const Level& level) const {
  const auto if_tag = [this](std::uint8_t tag, Node node) {
    return tag_ == tag ? std::optional{node} : std::nullopt;
  };
  switch (level.node) {
    case Node::file: return if_tag(sequence_tag, Node::certificate);
    case Node::certificate:
      return level.index == 1 ? if_tag(sequence_tag, Node::body) : std::nullopt;
    case Node::body:
      if (level.index == validity_index + 1) return if_tag(sequence_tag, Node::validity);
      return if_tag(extensions_tag, Node::extension_box);
    case Node::extension_box: return if_tag(sequence_tag, Node::extensions);
    case Node::extensions: return if_tag(sequence_tag, Node::extension);
    case Node::extension:
      if (extension_ == Extension::names) return if_tag(octets_tag, Node::names_box);
      if (extension_ == Extension::purposes) return if_tag(octets_tag, Node::purposes_box);
      return std::nullopt;
    case Node::names_box: return if_tag(sequence_tag, Node::names);
    case Node::purposes_box: return if_tag(sequence_tag, Node::purposes);
    case Node::validity:
    case Node::names:
    case Node::purposes: break;
  }
  return std::nullopt;
}

CertificateScan::Item CertificateScan::item(const Level& level) const {
  const bool is_time = tag_ == utc_time_tag || tag_ == generalized_time_tag;
  if (level.node == Node::validity && is_time && level.index == 1) return Item::not_before;
  if (level.node == Node::validity && is_time && level.index == 2) return Item::not_after;
  if (level.node == Node::extension && tag_ == identifier_tag) return Item::extension_id;
  if (level.node == Node::names && tag_ == dns_name_tag) return Item::dns_name;
  if (level.node == Node::names && tag_ == address_tag) return Item::address;
  if (level.node == Node::purposes && tag_ == identifier_tag) return Item::purpose;
  return Item::skipped;
}

void CertificateScan::enter(Node node) {
  if (depth_ == levels_.size()) {
    state_ = State::malformed;
    return;
  }
  if (node == Node::extension) extension_ = Extension::other;
  if (node == Node::purposes) has_purposes_ = true;
  levels_[depth_++] = {.left = size_, .index = 0, .node = node};
  state_ = State::tag;
  if (size_ == 0) end_element();
}

void CertificateScan::take(std::uint8_t byte) {
  // What is longer is nothing that is looked for, and its size shows it.
  if (captured_size_ < captured_.size()) captured_[captured_size_] = static_cast<char>(byte);
  if (captured_size_ <= captured_.size()) ++captured_size_;
  if (--size_ != 0) return;
  end_item();
  end_element();
}

void CertificateScan::end_item() {
  const bool four_digits = tag_ == generalized_time_tag;
  switch (item_) {
    case Item::skipped: break;
    case Item::not_before: not_before_ = parse_time(captured(), four_digits); break;
    case Item::not_after: not_after_ = parse_time(captured(), four_digits); break;
    case Item::extension_id:
      if (captured() == subject_alternative_name) extension_ = Extension::names;
      if (captured() == extended_key_usage) extension_ = Extension::purposes;
      break;
    case Item::dns_name:
      if (address_.empty() && tls::name_covers(captured(), host_)) is_for_host_ = true;
      break;
    case Item::address:
      if (!address_.empty() && captured() == as_text(address_)) is_for_host_ = true;
      break;
    case Item::purpose:
      if (captured() == server_purpose || captured() == any_purpose) has_server_purpose_ = true;
      break;
  }
}

// Leaves what ends together with this element.
void CertificateScan::end_element() {
  while (depth_ > 1 && levels_[depth_ - 1u].left == 0)
    --depth_;
  state_ = depth_ == 1 ? State::done : State::tag;
}

std::string_view CertificateScan::captured() const {
  if (captured_size_ > captured_.size()) return {};
  return {captured_.data(), captured_size_};
}

}  // namespace minimq::bearssl
