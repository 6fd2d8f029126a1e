// SPDX-License-Identifier: MIT
#include <algorithm>

#include "codec/connect.hpp"
#include "minimq/engine.hpp"

namespace minimq {

namespace {

constexpr Milliseconds timeout_max{24u * 60 * 60 * 1000};

bool overlap(std::span<const std::byte> a, std::span<const std::byte> b) {
  const auto begin = [](auto s) { return reinterpret_cast<std::uintptr_t>(s.data()); };
  return begin(a) < begin(b) + b.size() && begin(b) < begin(a) + a.size();
}

Error check_buffers(const Config& config) {
  const Buffers& buffers = config.buffers;
  if (config.receive_maximum == 0) return Error::config_receive_maximum;
  if (config.inbound_entries() < std::min(config.receive_maximum * 2, 65'535)) {
    return Error::config_inbound_capacity;
  }
  if (buffers.rx.size() < rx_size_min) return Error::config_rx_too_small;
  const std::size_t tx_min = tx_size_min(config.inbound_entries()) + config.subscribe_reserve;
  if (buffers.tx.size() < tx_min) return Error::config_tx_too_small;
  if (buffers.rx.size() > INT32_MAX || buffers.tx.size() > INT32_MAX) {
    return Error::config_buffers_too_large;
  }
  if (overlap(buffers.rx, buffers.tx)) return Error::config_buffers_overlap;
  const bool skip = config.oversize == Oversize::skip;
  const bool announces = config.maximum_packet_size != 0;
  if (announces && (!skip || config.maximum_packet_size <= buffers.rx.size())) {
    return Error::config_maximum_packet_size;
  }
  return Error{};
}

bool is_good(Milliseconds time) {
  return time.count() != 0 && time <= timeout_max;
}

bool is_good_range(Milliseconds least, Milliseconds most) {
  return is_good(least) && is_good(most) && least <= most;
}

Error check_times(const Config& config) {
  if (!is_good(config.connect_timeout) || !is_good(config.connack_timeout) ||
      !is_good(config.ping_timeout)) {
    return Error::config_timeout;
  }
  const bool good = is_good_range(config.backoff_min, config.backoff_max) &&
                    is_good_range(config.slow_retry_min, config.slow_retry_max) &&
                    is_good(config.stable_time);
  return good ? Error{} : Error::config_backoff;
}

Error check_extras(const Config& config, const Extras& extras) {
  if (extras.inbound_aliases != nullptr && config.oversize == Oversize::skip) {
    return Error::config_topic_aliases;
  }
  const Authentication* const exchange = extras.authentication;
  return exchange != nullptr && !exchange->has_good_method() ? Error::config_authenticator
                                                             : Error{};
}

}  // namespace

std::optional<Error> check_config(const Config& config) {
  Error error{};
  const Extras* const extras = config.extras;
  if (!config.broker.valid() || !std::ranges::all_of(config.more_brokers, &Broker::valid)) {
    error = Error::config_broker;
  }
  if (error == Error{}) error = check_buffers(config);
  if (error == Error{}) error = check_times(config);
  if (error == Error{} && extras != nullptr) error = check_extras(config, *extras);
  if (error == Error{}) error = codec::check_connect(config);
  return error == Error{} ? std::nullopt : std::optional{error};
}

}  // namespace minimq
