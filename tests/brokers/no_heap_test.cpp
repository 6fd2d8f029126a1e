// SPDX-License-Identifier: MIT
//
// A whole conversation of coroutines, with nothing from the heap. The sanitizers bring allocation
// functions of their own, so there this test does not exist.
#include <minimq/minimq.hpp>
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/tcp_transport.hpp>
#include <minimq/task.hpp>

#include "brokers/support/mosquitto.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define MINIMQ_COUNTS_ALLOCATIONS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MINIMQ_COUNTS_ALLOCATIONS 0
#endif
#endif
#ifndef MINIMQ_COUNTS_ALLOCATIONS
#define MINIMQ_COUNTS_ALLOCATIONS 1
#endif

#if MINIMQ_COUNTS_ALLOCATIONS

#include <array>
#include <cstddef>
#include <gtest/gtest.h>
#include <string_view>
#include <sys/socket.h>

namespace {

std::size_t allocations = 0;

}  // namespace

// In front of those of the C library; operator new ends here, too.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  ++allocations;
  return __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
}

namespace minimq::brokers {
namespace {

using namespace std::chrono_literals;

constexpr int rounds = 20;

struct Station {
  Station(posix::EventLoop& loop, std::string_view broker, std::string_view id)
      : transport{loop},
        session{{.broker = Broker::parse(broker),
                 .client_id = id,
                 .buffers = Buffers::split(storage, 512),
                 .backoff_min = 1ms,
                 .backoff_max = 10ms},
                transport} {}

  std::array<std::byte, 2048> storage{};
  posix::TcpTransport transport;
  Session session;
};

Task<> device(posix::EventLoop&, Session& session, int& connections) {
  for (;;) {
    const Event event = co_await session.poll();
    if (event.kind() == Event::Kind::connected) {
      if (const auto ticket = session.subscribe({.filter = "ask"}))
        (void)co_await session.settled(*ticket);
    }
    if (event.kind() == Event::Kind::connected || event.kind() == Event::Kind::reconnected)
      ++connections;
    if (event.kind() != Event::Kind::inbound) continue;
    if (const auto reply = event.message().reply("done"))
      (void)session.publish(reply->with_qos(QoS::exactly_once));
  }
}

Task<> ask(posix::EventLoop&, Session& session, QoS qos) {
  const auto ticket = session.publish({.topic = "ask",
                                       .payload = "please",
                                       .qos = qos,
                                       .response_topic = "replies",
                                       .correlation_data = as_bytes("42")});
  if (ticket) (void)co_await session.settled(*ticket);
}

Task<> asker(posix::EventLoop& loop, Station& station, int& replies) {
  Session& session = station.session;
  while (replies < rounds) {
    const Event event = co_await session.poll(loop.now() + 10s);
    if (event.kind() == Event::Kind::idle) co_return;
    if (event.kind() == Event::Kind::connected) {
      if (const auto ticket = session.subscribe({.filter = "replies"}))
        (void)co_await session.settled(*ticket);
      co_await ask(loop, session, QoS::at_least_once);
    }
    if (event.kind() != Event::Kind::inbound) continue;
    event.message().release();
    ++replies;
    if (replies == rounds / 2) ::shutdown(station.transport.descriptor(), SHUT_RDWR);
    co_await ask(loop, session, replies % 2 == 0 ? QoS::at_least_once : QoS::exactly_once);
  }
}

TEST(Heap, IsNotTouchedByAWholeConversation) {
  // What belongs to the test allocates in a loop of its own, which does not turn meanwhile.
  posix::EventLoop others;
  Mosquitto broker{others};
  const std::string_view address = broker.address();
  int replies = 0;
  int connections = 0;
  std::size_t frames_refused = 0;

  const std::size_t before = allocations;
  {
    posix::EventLoop loop;
    Station one{loop, address, "one"};
    Station two{loop, address, "two"};
    Task<> answering = device(loop, one.session, connections);
    (void)answering.start();
    // The device must be subscribed before it is asked.
    while (connections == 0)
      (void)loop.run_once(loop.now() + 10s);
    (void)loop.run(asker(loop, two, replies));
    (void)one.session.disconnect();
    frames_refused = loop.frame_arena().failed();
  }
  const std::size_t after = allocations;

  EXPECT_EQ(after - before, 0u);
  EXPECT_EQ(replies, rounds);
  EXPECT_EQ(frames_refused, 0u);
}

TEST(Heap, IsCountedWhereItIsUsed) {
  const std::size_t before = allocations;
  // Not `new` alone, which a compiler may leave out together with its `delete`.
  std::vector<std::string> texts;
  for (std::size_t size = 0; size < before % 7 + 100; ++size)
    texts.emplace_back(size, 'x');
  EXPECT_GT(allocations, before) << texts.back();
}

}  // namespace
}  // namespace minimq::brokers

#endif
