// SPDX-License-Identifier: MIT
//
// Sessions awaited with Asio, against a broker on a loopback socket.
#include <minimq/asio/async_session.hpp>
#include <minimq/asio/tcp_transport.hpp>
#include <minimq/asio/tls_transport.hpp>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/experimental/deferred.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/strand.hpp>
#include <asio/use_future.hpp>
#include <chrono>
#include <future>
#include <gtest/gtest.h>
#include <optional>
#include <stdexcept>
#include <thread>

#include "authority.hpp"
#include "loopback.hpp"
#include "tls_server.hpp"

namespace minimq::asio::test {
namespace {

using namespace std::chrono_literals;
using Kind = Event::Kind;

struct AsyncSessionTest : ::testing::Test {
  ::asio::io_context context;
  LoopbackBroker broker{context};
  std::optional<TcpTransport> transport{std::in_place, context};
  std::optional<TestDevice> device{std::in_place, context.get_executor(), *transport,
                                   broker.address()};
};

// The device's part of a whole conversation: it ends when the session has stopped.
Script<> converse(TestDevice& device) {
  EXPECT_EQ((co_await device.async.async_poll()).kind(), Kind::connected);
  const auto subscribed = device.session.subscribe({.filter = "in"});
  const auto granted = co_await device.async.async_settled(subscribed.value());
  EXPECT_TRUE(granted && granted->ok());
  const Event event = co_await device.async.async_poll();
  EXPECT_EQ(event.kind(), Kind::inbound);
  EXPECT_EQ(event.message().topic(), "in");
  const auto published = device.session.publish(
      {.topic = "out", .payload = event.message().payload(), .qos = QoS::at_least_once});
  const auto outcome = co_await device.async.async_settled(published.value());
  EXPECT_TRUE(outcome && outcome->ok());
  EXPECT_TRUE((co_await device.async.async_ready(32)).has_value());
  EXPECT_TRUE(device.session.disconnect());
  EXPECT_EQ((co_await device.async.async_poll()).kind(), Kind::stopped);
}

// The broker's part of it.
Script<> answer(LoopbackBroker& broker) {
  Peer peer = co_await broker.accept();
  EXPECT_EQ(co_await peer.connect(), "CONNECT clean=1 id=demo");
  const std::string subscribe = co_await peer.packet();
  EXPECT_TRUE(subscribe.starts_with("SUBSCRIBE id=")) << subscribe;
  const auto id = [](const std::string& line) {
    return static_cast<std::uint16_t>(std::stoi(line.substr(line.find("id=") + 3)));
  };
  const testing::Packet granted = testing::suback(id(subscribe), {0});
  co_await peer.send(granted);
  const testing::Packet ping = testing::publish({.topic = "in", .payload = "ping"});
  co_await peer.send(ping);
  const std::string publish = co_await peer.packet();
  EXPECT_TRUE(publish.ends_with("topic=out payload=ping")) << publish;
  co_await peer.send(testing::puback(id(publish)));
  EXPECT_EQ(co_await peer.packet(), "DISCONNECT 0x00");
  EXPECT_EQ(co_await peer.packet(), "end");
}

// Connects, and stays until the client ends it.
Script<> hold(LoopbackBroker& broker, testing::Packet first = {}) {
  Peer peer = co_await broker.accept();
  co_await peer.connect();
  if (!first.empty()) co_await peer.send(first);
  while (co_await peer.packet() != "end") {
  }
}

TEST_F(AsyncSessionTest, AwaitableConversation) {
  play(context, answer(broker), converse(*device));
}

TEST_F(AsyncSessionTest, TheSameUnderTls) {
  TlsServer server{{.identity = certified({.names = "IP:127.0.0.1"})}};
  LoopbackBroker secure{context, &server};
  TlsTransport tls{*transport, {.authorities = authority().certificate}};
  TestDevice secret{context.get_executor(), tls, secure.address()};
  play(context, answer(secure), converse(secret));
  EXPECT_TRUE(server.closed_by_client());
  EXPECT_EQ(tls.handshakes().full, 1u);
}

TEST_F(AsyncSessionTest, WhoIsNotTrustedGetsNoConnect) {
  TlsServer server{{.identity = make_certificate({})}};
  LoopbackBroker secure{context, &server};
  TlsTransport tls{*transport, {.authorities = authority().certificate}};
  TestDevice secret{context.get_executor(), tls, secure.address()};
  play(
      context,
      [](LoopbackBroker& all) -> Script<> {
        Peer peer = co_await all.accept();
        EXPECT_EQ(co_await peer.packet(), "end");
      }(secure),
      [](TestDevice& one) -> Script<> {
        const Event event = co_await one.async.async_poll();
        EXPECT_EQ(event.kind(), Kind::disconnected);
        EXPECT_EQ(event.cause().error, Error::certificate_untrusted);
        EXPECT_TRUE(one.session.disconnect());
      }(secret));
  EXPECT_EQ(server.received, "");
}

TEST_F(AsyncSessionTest, CallbacksAreCalledFromTheLoopOnly) {
  int called = 0;
  device->async.async_poll([&](std::error_code error, const Event& event) {
    EXPECT_FALSE(error);
    EXPECT_EQ(event.kind(), Kind::connected);
    ++called;
    EXPECT_TRUE(device->session.disconnect());
    device->async.async_poll([&](std::error_code, const Event& last) {
      EXPECT_EQ(last.kind(), Kind::stopped);
      ++called;
    });
    EXPECT_EQ(called, 1) << "not from inside a call";
  });
  EXPECT_EQ(called, 0);
  play(context, hold(broker));
  EXPECT_EQ(called, 2);
}

TEST_F(AsyncSessionTest, FuturesAndDeferredOperations) {
  std::future<Event> event = device->async.async_poll(::asio::use_future);
  auto deferred =
      device->async.async_poll(device->session.config().keep_alive_s == 0 ? std::optional<Instant>{}
                                                                          : transport->now() + 10s,
                               ::asio::experimental::deferred);
  play(context, hold(broker),
       [](AsyncSessionTest& test, std::future<Event>& first, auto& second) -> Script<> {
         while (first.wait_for(0s) != std::future_status::ready)
           co_await ::asio::post(::asio::use_awaitable);
         EXPECT_EQ(first.get().kind(), Kind::connected);
         EXPECT_TRUE(test.device->session.disconnect());
         std::move(second)([](std::error_code error, const Event& last) {
           EXPECT_FALSE(error);
           EXPECT_EQ(last.kind(), Kind::stopped);
         });
       }(*this, event, deferred));
}

TEST_F(AsyncSessionTest, ASecondPollerIsToldThatItIsOne) {
  play(context, hold(broker), [](TestDevice& one) -> Script<> {
    bool first = false;
    one.async.async_poll(
        [&](std::error_code, const Event& event) { first = event.kind() == Kind::connected; });
    const Event event = co_await one.async.async_poll();
    EXPECT_EQ(event.kind(), Kind::stopped);
    EXPECT_EQ(event.cause().error, Error::busy);
    while (!first)
      co_await ::asio::post(use_awaitable);
    EXPECT_TRUE(one.session.disconnect());
  }(*device));
}

TEST_F(AsyncSessionTest, DeadlinesPass) {
  play(context, hold(broker), [](AsyncSessionTest& test) -> Script<> {
    AsyncSession& async = test.device->async;
    EXPECT_EQ((co_await async.async_poll()).kind(), Kind::connected);
    const Instant soon = test.transport->now() + 2ms;
    EXPECT_EQ((co_await async.async_poll(soon)).kind(), Kind::idle);
    const auto ticket = test.device->session.subscribe({.filter = "a"});
    const auto outcome = co_await async.async_settled(ticket.value(), test.transport->now() + 2ms);
    EXPECT_EQ(outcome.error(), Error::deadline_passed);
    const auto room = co_await async.async_ready(100'000, test.transport->now() + 2ms);
    EXPECT_EQ(room.error(), Error::packet_too_large);
    EXPECT_TRUE(test.device->session.disconnect());
  }(*this));
}

TEST_F(AsyncSessionTest, ACancelledPollLosesNothing) {
  ::asio::cancellation_signal signal;
  std::error_code how;
  device->async.async_poll(::asio::bind_cancellation_slot(
      signal.slot(), [&](std::error_code error, const Event&) { how = error; }));
  signal.emit(::asio::cancellation_type::total);
  signal.emit(::asio::cancellation_type::total);
  EXPECT_FALSE(how) << "not from inside the call";
  play(context, hold(broker, testing::publish({.topic = "in", .payload = "x"})),
       [](AsyncSession& async) -> Script<> {
         EXPECT_EQ((co_await async.async_poll()).kind(), Kind::connected);
         EXPECT_EQ((co_await async.async_poll()).kind(), Kind::inbound);
         EXPECT_TRUE(async.session().disconnect());
       }(device->async));
  EXPECT_EQ(how, ::asio::error::operation_aborted);
}

TEST_F(AsyncSessionTest, WhatComesFirstCancelsTheOther) {
  play(context, hold(broker), [](AsyncSessionTest& test) -> Script<> {
    using namespace ::asio::experimental::awaitable_operators;
    AsyncSession& async = test.device->async;
    EXPECT_EQ((co_await async.async_poll()).kind(), Kind::connected);
    ::asio::steady_timer timer{test.context, 2ms};
    const auto first = co_await (async.async_poll() || timer.async_wait(use_awaitable));
    EXPECT_EQ(first.index(), 1u) << "the timer";
    EXPECT_TRUE(test.device->session.disconnect());
    timer.expires_after(1h);
    const auto next = co_await (async.async_poll() || timer.async_wait(use_awaitable));
    EXPECT_EQ(next.index(), 0u) << "stopped";
  }(*this));
}

TEST_F(AsyncSessionTest, TheEndOfTheDeviceEndsItsWaits) {
  std::vector<std::error_code> errors;
  const auto note = [&](std::error_code error, const auto&) { errors.push_back(error); };
  device->async.async_poll(note);
  device->async.async_settled(Ticket{}, note);
  device->async.async_ready(1, note);
  device.reset();
  transport.reset();
  EXPECT_TRUE(errors.empty());
  context.run();
  EXPECT_EQ(errors, std::vector<std::error_code>(3, ::asio::error::operation_aborted));
}

TEST_F(AsyncSessionTest, AnAbandonedContextFreesWhoWaits) {
  ::asio::co_spawn(
      context,
      [](AsyncSession& async) -> Script<> {
        for (;;)
          co_await async.async_poll();
      }(device->async),
      ::asio::detached);
  context.poll();  // Nobody runs it any more: the sanitizer would find what is left.
}

TEST_F(AsyncSessionTest, AHandlerMayDestroyTheDevice) {
  device->async.async_poll([&](std::error_code, const Event&) {
    device.reset();
    transport.reset();
  });
  play(context, hold(broker));
  EXPECT_FALSE(device.has_value());
}

TEST_F(AsyncSessionTest, AnExceptionLeavesTheLoopAndTheSessionGoesOn) {
  device->async.async_poll(
      [](std::error_code, const Event&) { throw std::runtime_error{"the handler's"}; });
  ::asio::co_spawn(context, hold(broker), ::asio::detached);
  EXPECT_THROW(context.run(), std::runtime_error);
  EXPECT_EQ(device->session.state(), Session::State::online);
  play(context, [](TestDevice& one) -> Script<> {
    EXPECT_TRUE(one.session.disconnect());
    EXPECT_EQ((co_await one.async.async_poll()).kind(), Kind::stopped);
  }(*device));
}

TEST_F(AsyncSessionTest, TwoSessionsOnOneContext) {
  LoopbackBroker other{context};
  TcpTransport second{context};
  TestDevice neighbour{context.get_executor(), second, other.address()};
  play(context, answer(broker), converse(*device), answer(other), converse(neighbour));
}

TEST_F(AsyncSessionTest, StrandsKeepSessionsApartOnTwoThreads) {
  ::asio::io_context pool;
  const auto converse_on_strand = [&](LoopbackBroker& to) {
    const ::asio::any_io_executor strand = ::asio::make_strand(pool);
    ::asio::co_spawn(
        strand,
        [](::asio::any_io_executor executor, Broker address) -> Script<> {
          TcpTransport link{executor};
          TestDevice one{executor, link, address};
          co_await converse(one);
        }(strand, to.address()),
        ::asio::detached);
  };
  LoopbackBroker other{context};
  converse_on_strand(broker);
  converse_on_strand(other);
  std::thread one{[&] { pool.run(); }};
  std::thread two{[&] { pool.run(); }};
  play(context, answer(broker), answer(other));
  one.join();
  two.join();
}

TEST_F(AsyncSessionTest, ItReconnectsByItself) {
  play(
      context,
      [](LoopbackBroker& all) -> Script<> {
        Peer first = co_await all.accept();
        EXPECT_EQ(co_await first.connect(), "CONNECT clean=1 id=demo");
        first.close();
        Peer second = co_await all.accept();
        EXPECT_EQ(co_await second.connect(/*session_present=*/true), "CONNECT clean=0 id=demo");
        EXPECT_EQ(co_await second.packet(), "DISCONNECT 0x00");
      }(broker),
      [](AsyncSession& async) -> Script<> {
        EXPECT_EQ((co_await async.async_poll()).kind(), Kind::connected);
        EXPECT_EQ((co_await async.async_poll()).kind(), Kind::disconnected);
        EXPECT_EQ((co_await async.async_poll()).kind(), Kind::reconnected);
        EXPECT_TRUE(async.session().disconnect());
      }(device->async));
}

}  // namespace
}  // namespace minimq::asio::test
