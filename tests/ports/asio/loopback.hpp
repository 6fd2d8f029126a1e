// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/asio/async_session.hpp>
#include <minimq/asio/tcp_transport.hpp>
#include <minimq/broker.hpp>

#include <array>
#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/experimental/as_tuple.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <cstddef>
#include <exception>
#include <gtest/gtest.h>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "support/judge/client_packet.hpp"
#include "support/wire.hpp"
#include "tls_server.hpp"

namespace minimq::asio::test {

template <class T = void>
using Script = ::asio::awaitable<T>;
using ::asio::use_awaitable;
using ::asio::ip::tcp;
inline constexpr auto as_tuple = ::asio::experimental::as_tuple(use_awaitable);

/// A connection as the broker sees it, in plain text or under TLS.
class Peer {
 public:
  Peer(tcp::socket socket, TlsServer* tls) : socket_{std::move(socket)}, tls_{tls} {
    if (tls_ != nullptr) tls_->accept();
  }

  /// The next packet of the client as one line, without properties; "end" at the end of the stream.
  Script<std::string> packet() {
    for (;;) {
      if (const auto packet = judge::parse_client_packet(as_bytes(received_))) {
        received_.erase(0, packet->size);
        const std::string text = to_string(*packet);
        co_return text.substr(0, text.find(" {"));
      }
      std::array<char, 512> bytes;
      const auto [error, size] = co_await socket_.async_read_some(::asio::buffer(bytes), as_tuple);
      if (error) co_return "end";
      if (tls_ == nullptr) {
        received_.append(bytes.data(), size);
        continue;
      }
      tls_->feed(std::as_bytes(std::span{bytes}).first(size));
      received_ += std::exchange(tls_->received, {});
      co_await flush();
    }
  }
  Script<> send(testing::Packet packet) {
    const std::string text{as_text(packet)};
    if (tls_ == nullptr) {
      co_await ::asio::async_write(socket_, ::asio::buffer(text), use_awaitable);
    } else {
      tls_->send(text);
      co_await flush();
    }
  }
  /// CONNECT is answered; it returns what it was.
  Script<std::string> connect(bool session_present = false) {
    const std::string text = co_await packet();
    const testing::Packet answer = testing::connack({.session_present = session_present});
    co_await send(answer);
    co_return text;
  }
  void close() { socket_.close(); }

 private:
  Script<> flush() {
    const std::string text = std::exchange(tls_->output, {});
    if (!text.empty()) co_await ::asio::async_write(socket_, ::asio::buffer(text), use_awaitable);
  }

  tcp::socket socket_;
  TlsServer* tls_;
  std::string received_;
};

/// A broker on a loopback port that a script plays.
class LoopbackBroker {
 public:
  explicit LoopbackBroker(::asio::io_context& context, TlsServer* tls = nullptr)
      : acceptor_{context, {::asio::ip::address_v4::loopback(), 0}}, tls_{tls} {}

  [[nodiscard]] Broker address() const { return {"127.0.0.1", acceptor_.local_endpoint().port()}; }
  Script<Peer> accept() { co_return Peer{co_await acceptor_.async_accept(use_awaitable), tls_}; }
  void close() { acceptor_.close(); }

 private:
  tcp::acceptor acceptor_;
  TlsServer* tls_;
};

/// A device: its session, and how it waits for it.
struct TestDevice {
  TestDevice(const ::asio::any_io_executor& executor, Transport& transport, const Broker& broker,
             std::string_view id = "demo")
      : session{{.broker = broker,
                 .client_id = id,
                 .buffers = Buffers::split(storage, 256),
                 .backoff_min = Milliseconds{1},
                 .backoff_max = Milliseconds{5}},
                transport},
        async{session, executor} {}

  std::array<std::byte, 1024> storage{};
  Session session;
  AsyncSession async;
};

/// Runs the scripts until all of them have ended. What one throws fails the test.
template <class... Scripts>
void play(::asio::io_context& context, Scripts... scripts) {
  (::asio::co_spawn(context, std::move(scripts),
                    [](std::exception_ptr thrown) {
                      if (!thrown) return;
                      try {
                        std::rethrow_exception(thrown);
                      } catch (const std::exception& error) {
                        ADD_FAILURE() << "a script ends with " << error.what();
                      }
                    }),
   ...);
  context.run();
  context.restart();
}

}  // namespace minimq::asio::test
