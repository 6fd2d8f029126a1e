// SPDX-License-Identifier: MIT
#include <minimq/tls/host_name.hpp>

#include <algorithm>
#include <cstddef>

namespace minimq::tls {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

// What stands before the separator, or all of it; `text` keeps what is behind.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t size = std::min(text.find(separator), text.size());
  const std::string_view part{text.data(), size};
  text.remove_prefix(std::min(size + 1, text.size()));
  return part;
}

// A number of at most so many digits.
std::optional<unsigned> number(std::string_view text, unsigned base, std::size_t digits_max) {
  if (text.empty() || text.size() > digits_max) return std::nullopt;
  unsigned value = 0;
  for (const char character : text) {
    const std::size_t digit = digits.find(lower(character));
    if (digit >= base) return std::nullopt;
    value = value * base + static_cast<unsigned>(digit);
  }
  return value;
}

// Exactly four numbers; `end` is where their bytes go.
bool parse_v4(std::string_view text, std::byte* end) {
  if (std::ranges::count(text, '.') != 3 || text.ends_with('.')) return false;
  for (int i = 0; i < 4; ++i) {
    const auto part = number(take_until(text, '.'), 10, 3);
    if (!part || *part > 255) return false;
    *end++ = static_cast<std::byte>(*part);
  }
  return true;
}

// Groups of two bytes, at most `size` bytes; the last of an address may be an IPv4 address. How
// many bytes there were; nothing if the text is something else.
std::optional<std::size_t> parse_groups(std::string_view text, std::byte* bytes, std::size_t size,
                                        bool last = true) {
  std::size_t count = 0;
  bool more = !text.empty();
  while (more) {
    more = text.find(':') != std::string_view::npos;
    const std::string_view group = take_until(text, ':');
    if (last && !more && count + 4 <= size && parse_v4(group, bytes + count)) return count + 4;
    const auto value = number(group, 16, 4);
    if (!value || count + 2 > size) return std::nullopt;
    bytes[count++] = static_cast<std::byte>(*value >> 8);
    bytes[count++] = static_cast<std::byte>(*value & 0xFF);
  }
  return count;
}

bool parse_v6(std::string_view text, std::array<std::byte, 16>& bytes) {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return parse_groups(text, bytes.data(), 16) == 16u;
  // The groups behind the gap move to the end; the gap is at least one group.
  std::array<std::byte, 16> behind{};
  std::string_view rest = text;
  rest.remove_prefix(gap + 2);
  const auto before_size = parse_groups({text.data(), gap}, bytes.data(), 14, false);
  if (!before_size) return false;
  const auto behind_size = parse_groups(rest, behind.data(), 14 - *before_size);
  if (!behind_size) return false;
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(*before_size), bytes.end(), std::byte{});
  std::copy_n(behind.begin(), *behind_size,
              bytes.end() - static_cast<std::ptrdiff_t>(*behind_size));
  return true;
}

}  // namespace

bool name_covers(std::string_view certificate_name, std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty() || parse_numeric_address(host)) return false;
  if (!certificate_name.starts_with("*.")) {
    return certificate_name.find('*') == std::string_view::npos &&
           same_name(certificate_name, host);
  }
  certificate_name.remove_prefix(1);  // What is left begins with the dot.
  const std::size_t first_label = host.find('.');
  if (first_label == 0 || first_label == std::string_view::npos) return false;
  host.remove_prefix(first_label);
  const bool two_labels = certificate_name.find('.', 1) != std::string_view::npos &&
                          certificate_name.find("..") == std::string_view::npos &&
                          !certificate_name.ends_with('.');
  return two_labels && certificate_name.find('*') == std::string_view::npos &&
         same_name(certificate_name, host);
}

std::optional<NumericAddress> parse_numeric_address(std::string_view host) {
  NumericAddress address;
  if (parse_v4(host, address.storage.data())) {
    address.size = 4;
    return address;
  }
  if (!parse_v6(take_until(host, '%'), address.storage)) return std::nullopt;
  address.size = 16;
  return address;
}

}  // namespace minimq::tls
