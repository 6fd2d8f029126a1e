// SPDX-License-Identifier: MIT
#include <minimq/bearssl/trust_anchor.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace minimq::bearssl {

namespace {

constexpr std::uint8_t integer_tag = 0x02;
constexpr std::uint8_t bits_tag = 0x03;
constexpr std::uint8_t octets_tag = 0x04;
constexpr std::uint8_t identifier_tag = 0x06;
constexpr std::uint8_t sequence_tag = 0x30;
constexpr std::uint8_t version_tag = 0xa0;
constexpr std::uint8_t extensions_tag = 0xa3;

constexpr std::string_view rsa_key = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
constexpr std::string_view ec_key = "\x2a\x86\x48\xce\x3d\x02\x01";
constexpr std::string_view curve_p256 = "\x2a\x86\x48\xce\x3d\x03\x01\x07";
constexpr std::string_view curve_p384{"\x2b\x81\x04\x00\x22", 5};
constexpr std::string_view curve_p521{"\x2b\x81\x04\x00\x23", 5};
constexpr std::string_view basic_constraints = "\x55\x1d\x13";

// An element of DER; one that is not there has the tag 0.
struct Element {
  std::uint8_t tag{0};
  Bytes whole{};
  Bytes content{};
};

// Takes elements from the front of a text in DER. After the first fault there is nothing more.
class Reader {
 public:
  explicit Reader(Bytes text) : rest_{text} {}

  [[nodiscard]] Element next() {
    const Bytes begin = rest_;
    const std::uint8_t tag = byte();
    std::size_t size = byte();
    if (size >= 0x80) {
      std::size_t count = size & 0x7f;
      if (count == 0 || count > 3) return fault();
      for (size = 0; count != 0; --count)
        size = size << 8 | byte();
    }
    if (size > rest_.size() || failed_) return fault();
    const Bytes content = rest_.first(size);
    rest_ = rest_.subspan(size);
    return {.tag = tag, .whole = begin.first(begin.size() - rest_.size()), .content = content};
  }
  // The content of the next element, if it has that tag.
  [[nodiscard]] Bytes next(std::uint8_t tag) {
    const Element element = next();
    return element.tag == tag ? element.content : fault().content;
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  std::uint8_t byte() {
    if (rest_.empty()) {
      failed_ = true;
      return 0;
    }
    const auto value = std::to_integer<std::uint8_t>(rest_.front());
    rest_ = rest_.subspan(1);
    return value;
  }
  Element fault() {
    failed_ = true;
    rest_ = {};
    return {};
  }

  Bytes rest_;
  bool failed_{false};
};

unsigned char* pointer(Bytes bytes) {
  // BearSSL declares them so, but does not write to them.
  return reinterpret_cast<unsigned char*>(const_cast<std::byte*>(bytes.data()));
}

// A number without its leading zeros.
Bytes magnitude(Bytes number) {
  while (!number.empty() && number.front() == std::byte{0})
    number = number.subspan(1);
  return number;
}

// The content of a BIT STRING of whole bytes.
Bytes whole_bytes(Bytes bits) {
  if (bits.empty() || bits.front() != std::byte{0}) return {};
  return bits.subspan(1);
}

int curve(Bytes identifier) {
  const std::string_view text = as_text(identifier);
  if (text == curve_p256) return BR_EC_secp256r1;
  if (text == curve_p384) return BR_EC_secp384r1;
  if (text == curve_p521) return BR_EC_secp521r1;
  return 0;
}

std::optional<br_x509_pkey> public_key(Bytes info) {
  Reader reader{info};
  Reader algorithm{reader.next(sequence_tag)};
  const std::string_view kind = as_text(algorithm.next(identifier_tag));
  const Bytes bytes = whole_bytes(reader.next(bits_tag));
  br_x509_pkey key{};
  if (kind == ec_key) {
    const int named = curve(algorithm.next(identifier_tag));
    if (named == 0 || bytes.empty()) return std::nullopt;
    key.key_type = BR_KEYTYPE_EC;
    key.key.ec = {.curve = named, .q = pointer(bytes), .qlen = bytes.size()};
    return key;
  }
  Reader numbers{bytes};
  numbers = Reader{numbers.next(sequence_tag)};
  const Bytes modulus = magnitude(numbers.next(integer_tag));
  const Bytes exponent = magnitude(numbers.next(integer_tag));
  if (kind != rsa_key || modulus.empty() || exponent.empty()) return std::nullopt;
  key.key_type = BR_KEYTYPE_RSA;
  key.key.rsa = {.n = pointer(modulus),
                 .nlen = modulus.size(),
                 .e = pointer(exponent),
                 .elen = exponent.size()};
  return key;
}

bool is_authority(Bytes box) {
  Reader extensions{Reader{box}.next(sequence_tag)};
  while (!extensions.at_end()) {
    Reader extension{extensions.next(sequence_tag)};
    const bool found = as_text(extension.next(identifier_tag)) == basic_constraints;
    Element value = extension.next();
    if (value.tag != octets_tag) value = extension.next();  // behind "critical"
    if (!found) continue;
    Reader constraints{Reader{value.content}.next(sequence_tag)};
    const Element flag = constraints.next();
    return flag.tag == 0x01 && flag.content.size() == 1 && flag.content.front() != std::byte{0};
  }
  return false;
}

}  // namespace

std::optional<br_x509_trust_anchor> trust_anchor(Bytes der) {
  Reader file{der};
  Reader certificate{file.next(sequence_tag)};
  Reader body{certificate.next(sequence_tag)};
  Element element = body.next();
  if (element.tag == version_tag) element = body.next();
  if (element.tag != integer_tag) return std::nullopt;  // the serial number
  (void)body.next(sequence_tag);                        // the algorithm of the signature
  (void)body.next(sequence_tag);                        // the issuer
  (void)body.next(sequence_tag);                        // the validity
  const Element subject = body.next();
  const auto key = public_key(body.next(sequence_tag));
  if (body.failed() || subject.tag != sequence_tag || !key || !file.at_end()) return std::nullopt;
  bool authority = false;
  while (!body.at_end()) {
    const Element extra = body.next();
    if (extra.tag == extensions_tag) authority = is_authority(extra.content);
  }
  if (body.failed()) return std::nullopt;
  return br_x509_trust_anchor{
      .dn = {.data = pointer(subject.whole), .len = subject.whole.size()},
      .flags = authority ? unsigned{BR_X509_TA_CA} : 0u,
      .pkey = *key,
  };
}

}  // namespace minimq::bearssl
