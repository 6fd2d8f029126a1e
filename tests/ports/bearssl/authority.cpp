// SPDX-License-Identifier: MIT
#include "ports/bearssl/authority.hpp"

#include <array>
#include <ctime>

namespace minimq::testing {

namespace {

using std::string_literals::operator""s;

const std::string common_name_id = "\x06\x03\x55\x04\x03";
const std::string ec_key_p256 =
    "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
const std::string ecdsa_sha256 = "\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
const std::string client_purpose = "\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02";
const std::string yes = "\x01\x01\xff";

// An element of DER.
std::string element(int tag, const std::string& content) {
  std::string text(1, static_cast<char>(tag));
  const std::size_t size = content.size();
  if (size >= 0x100) {
    text += {'\x82', static_cast<char>(size >> 8), static_cast<char>(size & 0xff)};
  } else if (size >= 0x80) {
    text += {'\x81', static_cast<char>(size)};
  } else {
    text += static_cast<char>(size);
  }
  return text + content;
}

std::string sequence(const std::string& content) {
  return element(0x30, content);
}

std::string bits(std::string_view content) {
  return element(0x03, "\0"s + std::string{content});
}

std::string time(std::int64_t unix_time) {
  const std::time_t seconds = unix_time;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 20> text{};
  const bool has_two_digits = parts.tm_year < 150;  // the year counts from 1900
  std::strftime(text.data(), text.size(), has_two_digits ? "%y%m%d%H%M%SZ" : "%Y%m%d%H%M%SZ",
                &parts);
  return element(has_two_digits ? 0x17 : 0x18, text.data());
}

std::string extension(const std::string& id, const std::string& content,
                      const std::string& critical = {}) {
  return sequence(element(0x06, id) + critical + element(0x04, content));
}

std::string extensions(const Contents& contents) {
  std::string list;
  if (contents.is_authority) list += extension("\x55\x1d\x13", sequence(yes), yes);
  if (contents.is_for_clients) list += extension("\x55\x1d\x25", sequence(client_purpose));
  std::string names;
  for (const std::string& name : contents.dns_names)
    names += element(0x82, name);
  for (const std::string& address : contents.addresses)
    names += element(0x87, address);
  if (!names.empty()) list += extension("\x55\x1d\x11", sequence(names));
  return list.empty() ? list : element(0xa3, sequence(list));
}

std::string name_of(const Contents& contents) {
  return sequence(element(0x31, sequence(common_name_id + element(0x0c, contents.common_name))));
}

Identity issue(const Key* issuer, const std::string& issuer_name, const Contents& contents) {
  Identity identity;
  identity.name = name_of(contents);
  const std::string body =
      sequence(element(0xa0, "\x02\x01\x02"s) + "\x02\x01\x01"s + sequence(ecdsa_sha256) +
               (issuer_name.empty() ? identity.name : issuer_name) +
               sequence(time(contents.not_before) + time(contents.not_after)) + identity.name +
               sequence(sequence(ec_key_p256) + bits(identity.key.point())) + extensions(contents));
  const Key& signer = issuer != nullptr ? *issuer : identity.key;
  identity.certificate = sequence(body + sequence(ecdsa_sha256) + bits(signer.sign(body)));
  return identity;
}

}  // namespace

Key::Key() : bytes_(32, '\0'), point_(65, '\0') {
  static unsigned count = 0;
  const std::string seed = "key " + std::to_string(++count);
  br_hmac_drbg_context random;
  ::br_hmac_drbg_init(&random, &br_sha256_vtable, seed.data(), seed.size());
  auto* const bytes = reinterpret_cast<unsigned char*>(bytes_.data());
  ::br_ec_keygen(&random.vtable, &br_ec_p256_m31, &secret_, bytes, BR_EC_secp256r1);
  ::br_ec_compute_pub(&br_ec_p256_m31, nullptr, point_.data(), &secret_);
}

Key& Key::operator=(const Key& other) {
  bytes_ = other.bytes_;
  point_ = other.point_;
  secret_ = other.secret_;
  secret_.x = reinterpret_cast<unsigned char*>(bytes_.data());
  return *this;
}

std::string Key::sign(std::string_view text) const {
  std::array<unsigned char, br_sha256_SIZE> hash;
  br_sha256_context sha256;
  ::br_sha256_init(&sha256);
  ::br_sha256_update(&sha256, text.data(), text.size());
  ::br_sha256_out(&sha256, hash.data());
  std::string signature(80, '\0');
  signature.resize(::br_ecdsa_i31_sign_asn1(&br_ec_p256_m31, &br_sha256_vtable, hash.data(),
                                            &secret_, signature.data()));
  return signature;
}

Identity self_signed(const Contents& contents) {
  return issue(nullptr, {}, contents);
}

Identity signed_by(const Identity& issuer, const Contents& contents) {
  return issue(&issuer.key, issuer.name, contents);
}

Identity authority(std::string_view common_name) {
  return self_signed({.common_name = std::string{common_name}, .is_authority = true});
}

}  // namespace minimq::testing
