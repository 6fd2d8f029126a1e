// SPDX-License-Identifier: MIT
//
// A plugin for Mosquitto that authenticates one user with SCRAM-SHA-256, the broker's side of RFC
// 5802 and RFC 7677. It shares nothing with the client's side in examples/.
//
//   plugin_opt_user alice
//   plugin_opt_password secret
//   plugin_opt_lie true              (the broker's signature is wrong)
//   plugin_opt_again false           (a second exchange on a connection is refused)
#include <cstdint>
#include <cstring>
#include <ctime>
#include <map>
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string>

namespace {

constexpr int iterations = 4096;
constexpr char method[] = "SCRAM-SHA-256";

using Text = std::string;

Text encode(const Text& raw) {
  Text out(raw.size() * 2 + 8, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(&out[0]),
                                   reinterpret_cast<const unsigned char*>(raw.data()),
                                   static_cast<int>(raw.size()));
  return out.substr(0, static_cast<std::size_t>(size));
}

Text keyed(const Text& key, const Text& message) {
  Text out(32, '\0');
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(),
       reinterpret_cast<unsigned char*>(&out[0]), nullptr);
  return out;
}

Text digest(const Text& message) {
  Text out(32, '\0');
  EVP_Digest(message.data(), message.size(), reinterpret_cast<unsigned char*>(&out[0]), nullptr,
             EVP_sha256(), nullptr);
  return out;
}

Text random_text() {
  unsigned char raw[15];
  RAND_bytes(raw, sizeof raw);
  return encode(Text(reinterpret_cast<char*>(raw), sizeof raw));
}

// What a server stores of a user, instead of the password.
struct Account {
  Text name;
  Text salt{"0123456789abcdef"};
  Text stored_key;
  Text server_key;
  bool lie{false};
  bool again{true};

  void learn(const Text& password) {
    Text salted(32, '\0');
    PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                      reinterpret_cast<const unsigned char*>(salt.data()),
                      static_cast<int>(salt.size()), iterations, EVP_sha256(), 32,
                      reinterpret_cast<unsigned char*>(&salted[0]));
    stored_key = digest(keyed(salted, "Client Key"));
    server_key = keyed(salted, "Server Key");
  }
};

// One for each client that is in an exchange, or has had one on this connection.
struct Exchange {
  Text signed_so_far;
  Text nonce;
  int finished{0};
};

Account account;
std::map<mosquitto*, Exchange> exchanges;
mosquitto_plugin_id_t* identity = nullptr;

bool say(mosquitto_evt_extended_auth* event, const Text& text) {
  event->data_out = mosquitto_calloc(1, text.size());
  if (event->data_out == nullptr) return false;
  std::memcpy(event->data_out, text.data(), text.size());
  event->data_out_len = static_cast<std::uint16_t>(text.size());
  return true;
}

Text heard(const mosquitto_evt_extended_auth* event) {
  return event->data_in == nullptr
             ? Text{}
             : Text(static_cast<const char*>(event->data_in), event->data_in_len);
}

int on_start(int, void* data, void*) {
  auto* const event = static_cast<mosquitto_evt_extended_auth*>(data);
  if (event->auth_method == nullptr || std::strcmp(event->auth_method, method) != 0) {
    return MOSQ_ERR_NOT_SUPPORTED;
  }
  Exchange& exchange = exchanges[event->client];
  if (exchange.finished != 0 && !account.again) return MOSQ_ERR_AUTH;
  const Text first = heard(event);
  const Text expected = "n,,n=" + account.name + ",r=";
  if (first.compare(0, expected.size(), expected) != 0) return MOSQ_ERR_AUTH;
  exchange.nonce = first.substr(expected.size()) + random_text();
  const Text answer =
      "r=" + exchange.nonce + ",s=" + encode(account.salt) + ",i=" + std::to_string(iterations);
  exchange.signed_so_far = first.substr(3) + "," + answer;
  return say(event, answer) ? MOSQ_ERR_AUTH_CONTINUE : MOSQ_ERR_NOMEM;
}

int on_continue(int, void* data, void*) {
  auto* const event = static_cast<mosquitto_evt_extended_auth*>(data);
  Exchange& exchange = exchanges[event->client];
  const Text last = heard(event);
  const std::size_t comma = last.rfind(",p=");
  if (comma == Text::npos || last.substr(0, comma) != "c=biws,r=" + exchange.nonce) {
    return MOSQ_ERR_AUTH;
  }
  const Text all = exchange.signed_so_far + "," + last.substr(0, comma);
  unsigned char proof[64];
  const Text proof_64 = last.substr(comma + 3);
  if (proof_64.size() != 44 ||
      EVP_DecodeBlock(proof, reinterpret_cast<const unsigned char*>(proof_64.data()), 44) != 33) {
    return MOSQ_ERR_AUTH;
  }
  Text client_key = keyed(account.stored_key, all);
  for (std::size_t i = 0; i < client_key.size(); ++i)
    client_key[i] = static_cast<char>(client_key[i] ^ static_cast<char>(proof[i]));
  if (digest(client_key) != account.stored_key) return MOSQ_ERR_AUTH;
  Text signature = keyed(account.server_key, all);
  if (account.lie) signature[0] = static_cast<char>(signature[0] ^ 1);
  ++exchange.finished;
  mosquitto_log_printf(MOSQ_LOG_NOTICE, "scram: exchange %d of %s", exchange.finished,
                       account.name.c_str());
  return say(event, "v=" + encode(signature)) ? MOSQ_ERR_SUCCESS : MOSQ_ERR_NOMEM;
}

int on_disconnect(int, void* data, void*) {
  exchanges.erase(static_cast<mosquitto_evt_disconnect*>(data)->client);
  return MOSQ_ERR_SUCCESS;
}

// Whoever is in may do what he likes.
int on_acl(int, void*, void*) {
  return MOSQ_ERR_SUCCESS;
}

}  // namespace

extern "C" {

int mosquitto_plugin_version(int count, const int* versions) {
  for (int i = 0; i < count; ++i)
    if (versions[i] == 5) return 5;
  return -1;
}

int mosquitto_plugin_init(mosquitto_plugin_id_t* id, void**, mosquitto_opt* options, int count) {
  identity = id;
  Text password;
  for (int i = 0; i < count; ++i) {
    const Text key = options[i].key;
    const Text value = options[i].value;
    if (key == "user") account.name = value;
    if (key == "password") password = value;
    if (key == "lie") account.lie = value == "true";
    if (key == "again") account.again = value == "true";
  }
  account.learn(password);
  mosquitto_callback_register(id, MOSQ_EVT_EXT_AUTH_START, on_start, nullptr, nullptr);
  mosquitto_callback_register(id, MOSQ_EVT_EXT_AUTH_CONTINUE, on_continue, nullptr, nullptr);
  mosquitto_callback_register(id, MOSQ_EVT_DISCONNECT, on_disconnect, nullptr, nullptr);
  mosquitto_callback_register(id, MOSQ_EVT_ACL_CHECK, on_acl, nullptr, nullptr);
  return MOSQ_ERR_SUCCESS;
}

int mosquitto_plugin_cleanup(void*, mosquitto_opt*, int) {
  mosquitto_callback_unregister(identity, MOSQ_EVT_EXT_AUTH_START, on_start, nullptr);
  mosquitto_callback_unregister(identity, MOSQ_EVT_EXT_AUTH_CONTINUE, on_continue, nullptr);
  mosquitto_callback_unregister(identity, MOSQ_EVT_DISCONNECT, on_disconnect, nullptr);
  mosquitto_callback_unregister(identity, MOSQ_EVT_ACL_CHECK, on_acl, nullptr);
  return MOSQ_ERR_SUCCESS;
}

}  // extern "C"
