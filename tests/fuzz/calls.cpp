// SPDX-License-Identifier: MIT
//
// Calls of the application mixed with the broker's packets, with faults of the link and with time:
// six bytes choose the configuration, and each step that follows is a byte and what it takes of the
// others. At the end everything comes to rest.
#include <array>
#include <cstdint>
#include <string>

#include "fuzz/device.hpp"
#include "fuzz/input.hpp"
#include "fuzz/peer.hpp"

namespace minimq::fuzz {
namespace {

constexpr std::array<std::string_view, 8> topics{"a",   "a/b",    "long/er/topic", "",
                                                 "a/+", "$SYS/x", "\xC3\xA9",      "\xFF"};
constexpr std::array<std::string_view, 8> filters{"a", "#",  "a/+",       "$share/g/a",
                                                  "",  "a#", "$share//a", "b/c/d/e"};
constexpr std::array<Property, 6> properties{Property::user("k", "v"),
                                             Property::content_type("text"),
                                             Property::payload_is_text(),
                                             Property::message_expiry_s(10),
                                             Property::subscription_identifier(7),
                                             Property::reason_string("why")};
constexpr std::array<std::int64_t, 8> times{1, 10, 500, 1'000, 5'000, 30'000, 120'000, 3'600'000};
constexpr std::array<Error, 4> open_errors{Error::connect_refused, Error::host_not_found,
                                           Error::certificate_expired, Error::link_error};

Duration time_of(Input& input) {
  return Duration{input.pick(times)};
}

std::optional<Duration> patience_of(Input& input) {
  const unsigned choice = input.byte();
  if (choice % 2 == 0) return std::nullopt;
  return Duration{times[choice / 2 % times.size()]};
}

class Calls {
 public:
  explicit Calls(Input& input) : input_{input}, device_{input} {}

  void run() {
    device_.run();
    for (int steps = 0; !input_.done() && steps < steps_max; ++steps) {
      step();
      device_.run();
    }
    come_to_rest(device_, peer_);
  }

 private:
  static constexpr int steps_max = 400;

  // A letter each, so that a corpus can be read.
  void step() {
    const unsigned choice = input_.byte();
    switch (choice) {
      case 'p': return publish();
      case 's': return subscribe();
      case 'u': return unsubscribe();
      case 'e': static_cast<void>(device_.take_event()); return;
      case 'r': return device_.release();
      case 'f': return device_.defer();
      case 'k': return acknowledge();
      case 'w': return wait();
      case 'x': return device_.cancel_wait(input_.byte());
      case 'd': return disconnect();
      case 'g': static_cast<void>(device_.session().start()); return;
      case 'n': static_cast<void>(device_.session().reconnect_now()); return;
      case 'h': static_cast<void>(device_.session().reauthenticate()); return;
      case 'b': return change();
      default: return happen(choice);
    }
  }

  // What the world does.
  void happen(unsigned choice) {
    switch (choice) {
      case 'A': return peer_.answer(input_);
      case 'W': return peer_.answer_well();
      case 'C': return peer_.send_connack(input_);
      case 'P': return peer_.send_publish(input_);
      case 'K': return peer_.send_ack(input_);
      case 'O': return peer_.send_other(input_);
      case 'R': return raw();
      case 't': return device_.pass(time_of(input_));
      case 'z': return device_.link().sleep(time_of(input_));
      case 'j': return device_.link().pass(-time_of(input_));
      case 'c': return device_.link().close_by_peer();
      case 'q': return device_.link().reset();
      case 'l': return limit_writes();
      case 'i': return peer_.set_piece(input_.byte());
      case 'o': return open();
      default: return peer_.answer_well();
    }
  }

  void publish() {
    const unsigned flags = input_.byte();
    const std::size_t size = input_.byte();
    const std::string payload(size < 200 ? size : size * 8, 'x');
    Publication publication{.topic = topics[flags >> 4 & 7],
                            .payload = payload,
                            .qos = static_cast<QoS>(flags & 3),
                            .retain = (flags & 4) != 0,
                            .detached = (flags & 8) != 0};
    if ((flags & 0x80) == 0) return device_.publish(publication);
    const unsigned more = input_.byte();
    publication.properties =
        std::span{properties}.subspan(more % 6, more % 6 < 5 ? 1 + more / 6 % 2 : 1);
    if ((more & 0x40) != 0) publication.response_topic = topics[more >> 3 & 7];
    if ((more & 0x80) != 0) publication.correlation_data = as_bytes("id");
    switch (input_.below(4)) {
      case 0: return device_.publish_written(publication, size);
      case 1: {
        publication.topic = {};
        const auto alias = static_cast<std::uint16_t>(input_.below(4));
        static_cast<void>(device_.session().publish_aliased(alias, publication));
        return;
      }
      default: return device_.publish(publication);
    }
  }

  void subscribe() {
    const unsigned choice = input_.byte();
    const unsigned options = input_.byte();
    const std::array<TopicFilter, 2> list{
        TopicFilter{.filter = filters[choice % 8],
                    .maximum_qos = static_cast<QoS>(options & 3),
                    .no_local = (options & 4) != 0,
                    .retain_as_published = (options & 8) != 0,
                    .retain_handling = static_cast<RetainHandling>(options >> 4 & 3)},
        TopicFilter{.filter = filters[choice / 8 % 8]}};
    const std::size_t property = choice / 64 % 4;
    device_.subscribe(std::span{list}.first(options >> 6 & 1 ? 2 : 1),
                      property == 0 ? std::span<const Property>{}
                                    : std::span{properties}.subspan(property + 1, 1));
  }

  void unsubscribe() {
    const unsigned choice = input_.byte();
    const std::array<std::string_view, 2> list{filters[choice % 8], filters[choice / 8 % 8]};
    device_.unsubscribe(std::span{list}.first(choice / 64 % 3));
  }

  void acknowledge() {
    const unsigned which = input_.byte();
    constexpr std::array<ReasonCode, 4> reasons{ReasonCode::success, ReasonCode::not_authorized,
                                                ReasonCode::quota_exceeded,
                                                ReasonCode::granted_qos_1};
    device_.acknowledge(which, input_.pick(reasons));
  }

  void wait() {
    const unsigned kind = input_.below(3);
    const auto patience = patience_of(input_);
    if (kind == 0) return device_.await_poll(patience);
    const unsigned which = input_.byte();
    if (kind == 1) return device_.await_settled(which, patience);
    device_.await_ready(which * 4, patience);
  }

  void disconnect() {
    const unsigned choice = input_.byte();
    DisconnectOptions options;
    if ((choice & 1) != 0) options.reason = ReasonCode::disconnect_with_will_message;
    if ((choice & 2) != 0) options.reason = ReasonCode::protocol_error;
    if ((choice & 4) != 0) options.drain = Milliseconds{5'000};
    const std::array<Property, 1> expiry{Property::session_expiry_s(choice >> 4)};
    if ((choice & 8) != 0) options.properties = expiry;
    static_cast<void>(device_.session().disconnect(options));
  }

  void change() {
    static const Credentials others{.user_name = "other"};
    const unsigned choice = input_.byte();
    Session& session = device_.session();
    if (choice % 2 == 0) {
      static_cast<void>(session.set_broker(choice % 4 == 0 ? Broker{"third", 1883} : Broker{}));
    } else {
      static_cast<void>(session.set_credentials(choice % 4 == 1 ? &others : nullptr));
    }
  }

  void raw() {
    const Bytes bytes = input_.take(input_.byte());
    peer_.send({bytes.begin(), bytes.end()});
  }

  void limit_writes() {
    const unsigned budget = input_.byte();
    const unsigned piece = input_.byte();
    device_.link().limit_writes(budget == 0 ? SIZE_MAX : budget - 1, piece == 0 ? SIZE_MAX : piece);
  }

  void open() {
    const unsigned choice = input_.byte();
    if (choice % 4 == 0) return device_.link().set_open(Transport::Progress::ready);
    if (choice % 4 == 1) return device_.link().set_open(Transport::Progress::pending);
    device_.link().set_open(std::unexpected{open_errors[choice / 4 % 4]});
  }

  Input& input_;
  Device device_;
  Peer peer_{device_};
};

}  // namespace
}  // namespace minimq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  minimq::fuzz::Input input{data, size};
  minimq::fuzz::Calls{input}.run();
  return 0;
}
