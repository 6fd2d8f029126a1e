// SPDX-License-Identifier: MIT
#include <algorithm>
#include <initializer_list>

#include "codec/connect.hpp"
#include "minimq/engine.hpp"

namespace minimq {

namespace {

constexpr Milliseconds timeout_max{24u * 60 * 60 * 1000};

bool overlap(std::span<const std::byte> a, std::span<const std::byte> b) {
  const auto begin = [](auto s) { return reinterpret_cast<std::uintptr_t>(s.data()); };
  return begin(a) < begin(b) + b.size() && begin(b) < begin(a) + a.size();
}

std::optional<Error> check_buffers(const Config& config) {
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
  return std::nullopt;
}

std::optional<Error> check_times(const Config& config) {
  for (const Milliseconds timeout :
       {config.connect_timeout, config.connack_timeout, config.ping_timeout}) {
    if (timeout.count() == 0 || timeout > timeout_max) return Error::config_timeout;
  }
  if (config.backoff_min.count() == 0 || config.backoff_min > config.backoff_max ||
      config.slow_retry_min.count() == 0 || config.slow_retry_min > config.slow_retry_max ||
      config.stable_time.count() == 0 ||
      std::max({config.backoff_max, config.slow_retry_max, config.stable_time}) > timeout_max) {
    return Error::config_backoff;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Error> check_config(const Config& config) {
  if (!config.broker.valid() || !std::ranges::all_of(config.more_brokers, &Broker::valid)) {
    return Error::config_broker;
  }
  if (const auto error = check_buffers(config)) return error;
  if (const auto error = check_times(config)) return error;
  if (config.extras != nullptr && config.extras->inbound_aliases != nullptr &&
      config.oversize == Oversize::skip) {
    return Error::config_topic_aliases;
  }
  if (config.extras != nullptr && config.extras->authentication != nullptr &&
      !config.extras->authentication->has_good_method()) {
    return Error::config_authenticator;
  }
  const auto connect = codec::check_connect(config);
  return connect ? std::nullopt : std::optional{connect.error()};
}

}  // namespace minimq
