// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/error.hpp>
#include <minimq/sockets/ip_address.hpp>
#include <minimq/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// The system's calls for sockets, which each port defines. Where one fails it gives the system's
// own number for the reason, an errno.
namespace minimq::sockets::socket {

template <class T>
using Answer = std::expected<T, int>;

/// How many spans one transmit() offers to the system.
inline constexpr std::size_t span_count_max = 16;

/// What ask() is to find out about one descriptor.
struct Question {
  int descriptor{-1};
  Interest interest{};
  bool ready{false};  ///< The answer: what was wished is possible, or there is trouble.
};

/// Waits until an answer is known, for at most `timeout_ms` (negative: without limit). False if the
/// system could not wait; a signal that ends it early is no failure. There are at most
/// PollSet::capacity questions.
[[nodiscard]] bool ask(std::span<Question> questions, int timeout_ms);

/// Opens a non-blocking stream socket and begins to connect it; finish with connected(). The caller
/// owns the descriptor.
[[nodiscard]] Answer<int> connect_to(const IpAddress& address, std::uint16_t port);
[[nodiscard]] Answer<int> connect_to(std::string_view path);

/// Whether the connection stands now: false if that is not known yet.
[[nodiscard]] Answer<bool> connected(int descriptor);

/// 0 where nothing can be read or written now. The end of the stream is the error ECONNRESET.
[[nodiscard]] Answer<std::size_t> receive(int descriptor, std::span<std::byte> space);
[[nodiscard]] Answer<std::size_t> transmit(int descriptor, TxSpans spans);

void give_back(int descriptor);

/// What an errno of a connection that does not stand yet means.
[[nodiscard]] Error connect_error(int error);
/// What an errno of an open connection means.
[[nodiscard]] Error stream_error(int error);

/// ETIMEDOUT: an address had no more time.
extern const int timed_out;
/// EMFILE: there is no place for another descriptor.
extern const int no_place;

}  // namespace minimq::sockets::socket
