// SPDX-License-Identifier: MIT
//
// What single operations cost, in instructions and in stack: a session over a transport in memory
// whose other side is a few packets. No network; firmware/host/counts.py runs it in QEMU with a
// clock that counts instructions, so the numbers are the same in each run.
#include <minimq/arena.hpp>
#include <minimq/minimq.hpp>
#include <minimq/task.hpp>

#include <algorithm>
#include <array>
#include <string_view>

#include "board/clock.hpp"
#include "board/start.hpp"
#include "board/uart.hpp"

namespace {

using namespace std::string_view_literals;

constexpr std::string_view connack = "\x20\x03\x00\x00\x00"sv;
constexpr std::string_view puback_1 = "\x40\x02\x00\x00"sv;  // the identifier is filled in
constexpr std::string_view inbound_0 =
    "\x30\x0d\x00\x04room\x00"
    "12.5 C"sv;
constexpr std::string_view inbound_1 =
    "\x32\x0f\x00\x04room\x00\x01\x00"
    "12.5 C"sv;
constexpr std::string_view pingresp = "\xd0\x00"sv;

/// Gives what the program puts in, takes everything, and remembers the last packet's identifier.
class MemoryTransport final : public minimq::Transport {
 public:
  void feed(std::string_view bytes) {
    std::ranges::copy(bytes, inbound_.begin());
    waiting_ = std::string_view{inbound_.data(), bytes.size()};
  }
  /// As the PUBACK of the QoS 1 PUBLISH that was written last.
  void feed_puback() {
    feed(puback_1);
    inbound_[2] = identifier_[0];
    inbound_[3] = identifier_[1];
  }
  void tell() {
    if (waiter_ != nullptr) std::exchange(waiter_, nullptr)->ready();
  }

  minimq::Result<Progress> open(const minimq::Broker&) override { return Progress::ready; }
  minimq::Result<std::size_t> read(std::span<std::byte> space) override {
    const std::size_t count = std::min(space.size(), waiting_.size());
    std::ranges::copy(minimq::as_bytes(waiting_).first(count), space.begin());
    waiting_.remove_prefix(count);
    return count;
  }
  minimq::Result<std::size_t> write(minimq::TxSpans spans) override {
    std::size_t count = 0;
    for (const minimq::Bytes piece : spans) {
      count += piece.size();
      // Of a PUBLISH to "room" at QoS 1: two bytes of header, six of topic, then the identifier.
      if (piece.size() > 10 && (piece[0] & std::byte{0xf6}) == std::byte{0x32}) {
        identifier_ = {static_cast<char>(piece[8]), static_cast<char>(piece[9])};
      }
    }
    return count;
  }
  void close() override {}
  void wait(minimq::Interest, std::optional<minimq::Instant>, minimq::Waiter& waiter) override {
    waiter_ = &waiter;
  }
  void cancel(minimq::Waiter&) override { waiter_ = nullptr; }
  minimq::Instant now() override { return now_; }
  void entropy(std::span<std::byte> space) override { std::ranges::fill(space, std::byte{0x11}); }

  minimq::Instant now_{};

 private:
  std::array<char, 32> inbound_{};
  std::string_view waiting_{};
  std::array<char, 2> identifier_{};
  minimq::Waiter* waiter_{nullptr};
};

std::uint32_t counter_cost = 0;

// Cycles of the counter, and bytes of stack, that `operation` takes.
template <class Operation>
void measure(std::string_view name, Operation operation) {
  const std::size_t base = firmware::repaint_stack();
  const std::uint32_t begin = firmware::cycle_counter();
  operation();
  const std::uint32_t end = firmware::cycle_counter();
  const std::uint32_t cycles = ((begin - end) & firmware::counter_mask) - counter_cost;
  firmware::print_line("count ", name, " ", cycles, " stack ",
                       static_cast<std::uint32_t>(firmware::stack_peak() - base));
}

void calibrate() {
  const std::uint32_t begin = firmware::cycle_counter();
  const std::uint32_t end = firmware::cycle_counter();
  counter_cost = (begin - end) & firmware::counter_mask;
}

void must(bool condition, const char* what) {
  if (!condition) firmware_panic(what);
}

// Everything that is to be done now, and the kind of the last event.
std::optional<minimq::Event::Kind> settle(minimq::Session& session, MemoryTransport& transport) {
  std::optional<minimq::Event::Kind> kind;
  session.drive(transport.now());
  while (const auto event = session.next_event())
    kind = event->kind();
  session.drive(transport.now());
  return kind;
}

void operations() {
  static std::byte storage[1024];
  MemoryTransport transport;
  minimq::Session session{{.broker = minimq::Broker{"10.0.0.1", 1883},
                           .client_id = "counts",
                           .buffers = minimq::Buffers::split(storage, 256)},
                          transport};
  measure("connect", [&] {
    session.drive(transport.now());
    transport.feed(connack);
    must(settle(session, transport) == minimq::Event::Kind::connected, "not connected");
  });
  measure("idle", [&] { must(!settle(session, transport), "idle is not idle"); });
  measure("publish_qos0", [&] {
    must(session.publish({.topic = "room", .payload = "12.5 C"}).has_value(), "QoS 0 refused");
    settle(session, transport);
  });
  measure("publish_qos1", [&] {
    must(session.publish({.topic = "room", .payload = "12.5 C", .qos = minimq::QoS::at_least_once})
             .has_value(),
         "QoS 1 refused");
    settle(session, transport);
  });
  transport.feed_puback();
  measure("puback",
          [&] { must(settle(session, transport) == minimq::Event::Kind::settled, "not settled"); });
  transport.feed(inbound_0);
  measure("inbound_qos0", [&] {
    must(settle(session, transport) == minimq::Event::Kind::inbound, "no QoS 0 message");
  });
  transport.feed(inbound_1);
  measure("inbound_qos1", [&] {
    must(settle(session, transport) == minimq::Event::Kind::inbound, "no QoS 1 message");
  });
  transport.now_ += minimq::Duration{50'000};
  measure("keep_alive", [&] {
    session.drive(transport.now());
    transport.feed(pingresp);
    must(!settle(session, transport), "the keep alive is an event");
  });
  must(session.state() == minimq::Session::State::online, "not online any more");
  firmware::print_line("session ", static_cast<std::uint32_t>(sizeof session), " tx ",
                       static_cast<std::uint32_t>(session.tx_peak()));
}

struct Frames {
  minimq::Arena arena;
  minimq::Arena& frame_arena() { return arena; }
};

minimq::Task<> device(Frames&, minimq::Session& session, int& replies) {
  for (;;) {
    const minimq::Event event = co_await session.poll();
    switch (event.kind()) {
      case minimq::Event::Kind::connected: (void)session.subscribe({.filter = "room"}); break;
      case minimq::Event::Kind::inbound:
        ++replies;
        if (const auto reply = event.message().reply("ack"))
          (void)session.publish(reply->with_qos(minimq::QoS::at_least_once));
        break;
      default: break;
    }
  }
}

// How much memory the frame of the README's device takes.
void coroutine() {
  static std::byte storage[1024];
  alignas(std::max_align_t) static std::byte memory[1024];
  MemoryTransport transport;
  Frames frames{minimq::Arena{memory}};
  minimq::Session session{{.broker = minimq::Broker{"10.0.0.1", 1883},
                           .client_id = "counts",
                           .buffers = minimq::Buffers::split(storage, 256)},
                          transport};
  int received = 0;
  auto task = device(frames, session, received);
  must(task.start().has_value(), "no memory for the task");
  transport.tell();
  transport.feed(connack);
  transport.tell();
  measure("coroutine_inbound_qos1", [&] {
    transport.feed(inbound_1);
    while (received == 0)
      transport.tell();
    transport.tell();
  });
  must(frames.arena.failed() == 0, "the frame did not fit");
  firmware::print_line("frame ", static_cast<std::uint32_t>(frames.arena.peak()));
}

}  // namespace

int main() {
  firmware::free_running_counter();
  calibrate();
  operations();
  coroutine();
}
