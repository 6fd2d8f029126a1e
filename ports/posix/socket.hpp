// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/error.hpp>
#include <minimq/posix/ip_address.hpp>
#include <minimq/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// The system calls of a stream socket. Each gives an errno where it fails.
namespace minimq::posix::socket {

template <class T>
using Answer = std::expected<T, int>;

/// How many spans one send() offers to the system.
inline constexpr std::size_t span_count_max = 16;

/// Opens a non-blocking stream socket and begins to connect it; finish with connected(). The caller
/// owns the descriptor.
[[nodiscard]] Answer<int> connect_to(const IpAddress& address, std::uint16_t port);
[[nodiscard]] Answer<int> connect_to(std::string_view path);

/// Whether the connection stands now: false if that is not known yet.
[[nodiscard]] Answer<bool> connected(int descriptor);

/// 0 where nothing can be read or written now. The end of the stream is the error ECONNRESET.
[[nodiscard]] Answer<std::size_t> receive(int descriptor, std::span<std::byte> space);
[[nodiscard]] Answer<std::size_t> send(int descriptor, TxSpans spans);

/// What an errno of connect(2) means.
[[nodiscard]] Error connect_error(int error);
/// What an errno of an open connection means.
[[nodiscard]] Error stream_error(int error);

}  // namespace minimq::posix::socket
