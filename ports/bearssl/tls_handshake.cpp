// SPDX-License-Identifier: MIT
//
// From `open` to an open connection.
#include <minimq/bearssl/errors.hpp>
#include <minimq/bearssl/tls_transport.hpp>
#include <minimq/bearssl/wipe.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <expected>

namespace minimq::bearssl {

namespace {

constexpr std::size_t seed_size = 32;

bool is_protocol_name(const char* name) {
  const std::size_t size = std::string_view{name}.size();
  return size != 0 && size <= 255;
}

}  // namespace

Result<Transport::Progress> TlsTransport::open(const Broker& broker) {
  const Result<Progress> progress = step(broker);
  if (!progress) close();
  return progress;
}

Result<Transport::Progress> TlsTransport::step(const Broker& broker) {
  if (state_ == State::closed) {
    if (const auto begun = begin(broker); !begun) return std::unexpected(begun.error());
    state_ = State::connecting;
  }
  if (state_ == State::connecting) {
    const auto progress = connect(broker);
    if (!progress || *progress == Progress::pending) return progress;
    state_ = State::handshaking;
    if (const auto begun = begin_handshake(); !begun) return std::unexpected(begun.error());
  }
  return state_ == State::open ? Progress::ready : shake_hands();
}

// What has to be right before anything is sent.
Result<void> TlsTransport::begin(const Broker& broker) {
  library_error_ = BR_ERR_OK;
  resumed_ = false;
  host_ = config_.server_name;
  if (host_.empty() && !broker.is_unix_path()) host_ = broker.host();
  if (host_.ends_with('.')) host_.remove_suffix(1);
  const bool is_name = !host_.empty() && host_.size() <= CertificateScan::name_size_max &&
                       host_.find('\0') == std::string_view::npos;
  if (!broker.valid() || !is_name)
    return std::unexpected(failed(Error::transport_unsupported, BR_ERR_BAD_PARAM));
  date_.reset();
  if (config_.verification == tls::Verification::none_this_connection_is_not_secure) return {};
  if (config_.trust_anchors.empty())
    return std::unexpected(failed(Error::certificate_untrusted, BR_ERR_X509_NOT_TRUSTED));
  if (config_.clock != nullptr) {
    if (const auto date = config_.clock->date()) date_ = date->time_since_epoch().count();
  }
  if (!date_ || *date_ <= 0)
    return std::unexpected(failed(Error::certificate_not_yet_valid, BR_ERR_X509_TIME_UNKNOWN));
  return {};
}

Result<Transport::Progress> TlsTransport::connect(const Broker& broker) {
  if (broker.is_unix_path()) return lower_.open(broker);
  return lower_.open(Broker{broker.host(), broker.port()});
}

Result<void> TlsTransport::begin_handshake() {
  ::br_ssl_client_zero(&client_);
  ::br_x509_minimal_init(&chain_, &br_sha256_vtable, config_.trust_anchors.data(),
                         config_.trust_anchors.size());
  config_.profile(client_, chain_);
  ::br_ssl_engine_set_versions(&engine(), BR_TLS12, BR_TLS12);
  ::br_ssl_engine_set_all_flags(&engine(), BR_OPT_NO_RENEGOTIATION | BR_OPT_FAIL_ON_ALPN_MISMATCH);
  verifier_.begin(chain_, host_, date_);
  ::br_ssl_engine_set_x509(&engine(), verifier_.engine());
  if (config_.client_certificate != nullptr)
    config_.client_certificate->install(client_, *config_.client_certificate);
  if (!set_buffers() || !std::ranges::all_of(config_.alpn, is_protocol_name))
    return std::unexpected(failed(Error::tls_error, BR_ERR_BAD_PARAM));
  if (!config_.alpn.empty()) {
    // BearSSL declares the list so, but does not write to it.
    ::br_ssl_engine_set_protocol_names(&engine(), const_cast<const char**>(config_.alpn.data()),
                                       config_.alpn.size());
  }
  if (!seed()) return std::unexpected(failed(Error::tls_error, BR_ERR_NO_RANDOM));
  std::array<char, CertificateScan::name_size_max + 1> name;
  *std::copy(host_.begin(), host_.end(), name.begin()) = '\0';
  const bool offers = config_.resumption && session_.offer(engine(), host_, date_);
  // An address is not sent: RFC 6066, chapter 3.
  const bool is_address = tls::parse_numeric_address(host_).has_value();
  if (::br_ssl_client_reset(&client_, is_address ? nullptr : name.data(), offers ? 1 : 0) == 0)
    return std::unexpected(engine_failure());
  return {};
}

bool TlsTransport::set_buffers() {
  // BearSSL falls back to buffers of an earlier connection if there are none, and there was none.
  if (config_.input.size() < input_size(512)) return false;
  if (config_.output.empty()) {
    ::br_ssl_engine_set_buffer(&engine(), config_.input.data(), config_.input.size(), 0);
  } else {
    ::br_ssl_engine_set_buffers_bidi(&engine(), config_.input.data(), config_.input.size(),
                                     config_.output.data(), config_.output.size());
  }
  return ::br_ssl_engine_last_error(&engine()) == BR_ERR_OK;
}

bool TlsTransport::seed() {
  std::array<std::byte, seed_size> seed;
  bool filled = true;
  if (config_.entropy != nullptr) {
    filled = config_.entropy->fill(seed);
  } else {
    lower_.entropy(seed);
  }
  if (filled) ::br_ssl_engine_inject_entropy(&engine(), seed.data(), seed.size());
  bearssl::wipe(seed);
  return filled;
}

Result<Transport::Progress> TlsTransport::shake_hands() {
  const Result<void> exchanged = exchange_records();
  const unsigned state = engine_state();
  if ((state & BR_SSL_CLOSED) != 0) return std::unexpected(engine_failure());
  if (!exchanged) return std::unexpected(exchanged.error());
  if ((state & (BR_SSL_SENDAPP | BR_SSL_RECVAPP)) == 0) return Progress::pending;
  established();
  return Progress::ready;
}

void TlsTransport::established() {
  state_ = State::open;
  lower_failed_ = false;
  resumed_ = !verifier_.has_certificate();
  ++(resumed_ ? handshakes_.resumed : handshakes_.full);
  if (config_.resumption && !resumed_)
    session_.keep(engine(), host_, date_ ? verifier_.valid_until() : INT64_MAX);
  host_ = {};
  wipe_stack();
}

Error TlsTransport::failed(Error error, int library_error) {
  library_error_ = library_error;
  return error;
}

// BearSSL has given up, or said goodbye.
Error TlsTransport::engine_failure() {
  const int code = ::br_ssl_engine_last_error(&engine());
  if (code != BR_ERR_OK) session_.forget();
  const bool certificate_requested = ::br_ssl_client_get_server_hashes(&client_) != 0;
  return failed(to_error(code, verifier_.date_error(), certificate_requested), code);
}

}  // namespace minimq::bearssl
