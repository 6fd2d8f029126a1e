// SPDX-License-Identifier: MIT
#include "fuzz/setup.hpp"

#include <algorithm>

namespace minimq::fuzz {

namespace {

constexpr std::array<std::size_t, 6> rx_sizes{64, 65, 80, 128, 256, 1024};
constexpr std::array<std::size_t, 6> tx_extras{0, 1, 40, 200, 600, 2000};
constexpr std::array<std::uint16_t, 4> windows{4, 1, 2, 8};
constexpr std::array<std::uint16_t, 4> keep_alives{60, 0, 1, 10};
constexpr std::array<std::uint32_t, 4> expiries{3600, 0, 30, 0xFFFF'FFFF};

}  // namespace

Result<Bytes> EchoAuthenticator::challenge(Bytes data) {
  touch(data);
  if (!data.empty() && data[0] == std::byte{'X'}) return std::unexpected{Error::no_memory};
  const Bytes front = data.first(std::min(data.size(), answer_.size()));
  std::ranges::copy(front, answer_.begin());
  return Bytes{answer_}.first(front.size());
}

bool EchoAuthenticator::finish(Bytes data) {
  touch(data);
  return data.empty() || data[0] != std::byte{'X'};
}

Setup::Setup(Input& input) : rx_{input.pick(rx_sizes)} {
  const std::size_t tx_extra = input.pick(tx_extras);
  choose_behaviour(input.byte());
  choose_extras(input.byte());
  const unsigned numbers = input.byte();
  config_.receive_maximum = windows[numbers % 4];
  config_.keep_alive_s = keep_alives[numbers / 4 % 4];
  config_.session_expiry_s = expiries[numbers / 16 % 4];
  if (numbers >= 64) config_.more_brokers = more_brokers_;
  const unsigned sizes = input.byte();
  config_.inbound_capacity = static_cast<std::uint16_t>(config_.receive_maximum * 2 + sizes % 4);
  config_.subscribe_reserve = static_cast<std::uint16_t>(16 + sizes / 4);
  if (config_.oversize == Oversize::skip && sizes % 2 != 0) {
    config_.maximum_packet_size = static_cast<std::uint32_t>(rx_.all().size() + 1 + sizes);
  }
  tx_ = Memory{tx_size_min(config_.inbound_entries()) + config_.subscribe_reserve + tx_extra};
  config_.buffers = {.rx = rx_.all(), .tx = tx_.all()};
}

void Setup::choose_behaviour(unsigned bits) {
  const auto chosen = [bits](unsigned bit) { return (bits >> bit & 1) != 0; };
  if (chosen(0)) config_.oversize = Oversize::skip;
  if (chosen(1)) config_.on_session_lost = OnSessionLost::fail;
  config_.clean_start = !chosen(2);
  config_.adopt_session = chosen(3);
  config_.downgrade_qos = chosen(4);
  config_.queue_qos0_offline = chosen(5);
  config_.stop_on_permanent = chosen(6);
  config_.client_id = chosen(7) ? "" : "c";
}

void Setup::choose_extras(unsigned bits) {
  const auto chosen = [bits](unsigned bit) { return (bits >> bit & 1) != 0; };
  if (chosen(0)) extras_.authentication = &authentication_;
  if (chosen(1) && config_.oversize != Oversize::skip) extras_.inbound_aliases = &inbound_aliases_;
  if (chosen(2)) extras_.outbound_aliases = &outbound_aliases_;
  if (chosen(3)) extras_.assigned_client_id = &assigned_;
  if (chosen(4)) extras_.connack_properties = &connack_properties_;
  if (chosen(5)) extras_.ack_properties = &ack_properties_;
  if (chosen(6)) config_.will = &will_;
  if (chosen(7)) config_.credentials = &credentials_;
  if (bits % 64 != 0) config_.extras = &extras_;
}

}  // namespace minimq::fuzz
