// SPDX-License-Identifier: MIT
#include "scram_sha_256.hpp"

#include <algorithm>
#include <charconv>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <optional>
#include <vector>

namespace example {

namespace {

constexpr std::string_view header = "n,,";      // no channel binding
constexpr std::string_view header_64 = "biws";  // the same in base64
constexpr std::size_t digest_size = 32;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string base64(const unsigned char* data, std::size_t size) {
  std::string text((size + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), data, static_cast<int>(size));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), bytes_of(text),
                                     static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  const auto padding = static_cast<std::size_t>(text.ends_with("==") ? 2 : text.ends_with('='));
  bytes.resize(bytes.size() - padding);
  return bytes;
}

bool hmac(const unsigned char* key, std::string_view text, unsigned char* digest) {
  return HMAC(EVP_sha256(), key, digest_size, bytes_of(text), text.size(), digest, nullptr) !=
         nullptr;
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// "=" and "," have a meaning in the messages.
std::string escaped(std::string_view name) {
  std::string text;
  for (const char character : name)
    text += character == '=' ? "=3D" : character == ',' ? "=2C" : std::string(1, character);
  return text;
}

// The value of the next attribute, which must have that name; what is behind it stays in `text`.
std::optional<std::string_view> take(std::string_view& text, char name) {
  if (text.size() < 2 || text[0] != name || text[1] != '=') return std::nullopt;
  const std::size_t comma = std::min(text.find(','), text.size());
  const std::string_view value = text.substr(2, comma - 2);
  text.remove_prefix(std::min(comma + 1, text.size()));
  return value;
}

}  // namespace

ScramSha256::ScramSha256(std::string_view user_name, std::string_view password)
    : user_name_{user_name}, password_{password} {}

ScramSha256::~ScramSha256() {
  OPENSSL_cleanse(password_.data(), password_.size());
}

std::string ScramSha256::make_nonce() {
  std::array<unsigned char, 18> random{};
  if (RAND_bytes(random.data(), random.size()) != 1) return {};
  return base64(random.data(), random.size());
}

minimq::Result<minimq::Bytes> ScramSha256::begin() {
  asked_ = false;
  nonce_ = make_nonce();
  if (nonce_.empty() || !is_printable(user_name_) || !is_printable(password_)) {
    return std::unexpected{minimq::Error::authentication_failed};
  }
  first_ = "n=" + escaped(user_name_) + ",r=" + nonce_;
  message_ = std::string{header} + first_;
  return minimq::as_bytes(message_);
}

minimq::Result<minimq::Bytes> ScramSha256::challenge(minimq::Bytes data) {
  constexpr auto failed = minimq::Error::authentication_failed;
  const std::string_view server_first = minimq::as_text(data);
  std::string_view rest = server_first;
  const auto nonce = take(rest, 'r');
  const auto salt_64 = take(rest, 's');
  const auto count = take(rest, 'i');
  // The broker's nonce begins with ours and adds to it, or somebody replays an old exchange.
  const bool fresh = nonce && nonce->size() > nonce_.size() && nonce->starts_with(nonce_);
  if (asked_ || !fresh || !salt_64 || !count) return std::unexpected{failed};
  const auto salt = from_base64(*salt_64);
  int iterations = 0;
  const auto [end, error] =
      std::from_chars(count->data(), count->data() + count->size(), iterations);
  const bool number = error == std::errc{} && end == count->data() + count->size();
  if (!salt || !number || iterations < iterations_min || iterations > iterations_max) {
    return std::unexpected{failed};
  }
  message_ = "c=" + std::string{header_64} + ",r=" + std::string{*nonce};
  auth_message_ = first_ + ',' + std::string{server_first} + ',' + message_;
  if (!sign(*salt, iterations, auth_message_)) return std::unexpected{failed};
  message_ += ",p=" + base64(proof_.data(), proof_.size());
  asked_ = true;
  return minimq::as_bytes(message_);
}

// Our proof, and the signature that the broker has to answer with.
bool ScramSha256::sign(const std::string& salt, int iterations, std::string_view exchange) {
  Digest salted{};
  Digest client_key{};
  Digest stored_key{};
  Digest signature{};
  Digest server_key{};
  const bool good =
      PKCS5_PBKDF2_HMAC(password_.data(), static_cast<int>(password_.size()), bytes_of(salt),
                        static_cast<int>(salt.size()), iterations, EVP_sha256(),
                        static_cast<int>(salted.size()), salted.data()) == 1 &&
      hmac(salted.data(), "Client Key", client_key.data()) &&
      EVP_Digest(client_key.data(), client_key.size(), stored_key.data(), nullptr, EVP_sha256(),
                 nullptr) == 1 &&
      hmac(stored_key.data(), exchange, signature.data()) &&
      hmac(salted.data(), "Server Key", server_key.data()) &&
      hmac(server_key.data(), exchange, server_signature_.data());
  for (std::size_t i = 0; i < proof_.size(); ++i)
    proof_[i] = static_cast<unsigned char>(client_key[i] ^ signature[i]);
  for (Digest* const secret : {&salted, &client_key, &stored_key, &server_key})
    OPENSSL_cleanse(secret->data(), secret->size());
  return good;
}

bool ScramSha256::finish(minimq::Bytes data) {
  std::string_view rest = minimq::as_text(data);
  const auto verifier = take(rest, 'v');
  const auto signature = verifier ? from_base64(*verifier) : std::nullopt;
  const bool good =
      asked_ && signature && signature->size() == server_signature_.size() &&
      CRYPTO_memcmp(signature->data(), server_signature_.data(), server_signature_.size()) == 0;
  asked_ = false;
  return good;
}

}  // namespace example
