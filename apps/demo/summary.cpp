// SPDX-License-Identifier: MIT
//
// The part of the story that is told when all of it has happened.
#include <algorithm>
#include <vector>

#include "story.hpp"

namespace demo {

using minimq::Event;

void Story::summary() const {
  screen_.title("Summary");
  screen_.fact("memory", memory());
  screen_.fact("", text("sizeof(Session) %zu here, coroutine frames %zu of %zu bytes at most",
                        sizeof(minimq::Session), stage_.loop().frame_arena().peak(),
                        stage_.loop().frame_arena().capacity()));
  screen_.fact("messages", messages());
  screen_.fact("reconnects",
               text("device %zu, requester %d, without a line of code in either",
                    device_->count("reconnected"), requester_->count(Event::Kind::reconnected)));
  if (authority_) screen_.fact("TLS", "requester: " + requester_->tls());
  screen_.fact("confirmed", text("mosquitto_sub saw the message in flight %zu times: QoS 1 is at "
                                 "least once",
                                 copies()));
  screen_.fact("times", times());
  screen_.done(text("All %d expectations held, in %.1f s.", stage_.held(), screen_.seconds()));
}

std::string Story::memory() const {
  const minimq::Session& session = requester_->session();
  return text("storage %zu bytes: rx %zu of %zu used at most, tx %zu of %zu",
              Requester::storage_size, session.rx_peak(), Requester::rx_size, session.tx_peak(),
              Requester::storage_size - Requester::rx_size);
}

std::string Story::messages() const {
  const minimq::Counters counters = requester_->session().counters();
  // Beside the requests there was one message, which was meant to be sent once.
  const auto again =
      authority_
          ? static_cast<std::ptrdiff_t>(counters.messages_sent) - requester_->requests() - 1
          : std::ranges::count(requester_link_->published(), true, &Proxy::Published::duplicate);
  return text("requester: %u sent, %d of them again, %u received; %d requests, %d replies",
              static_cast<unsigned>(counters.messages_sent), static_cast<int>(again),
              static_cast<unsigned>(counters.messages_received), requester_->requests(),
              requester_->replies());
}

std::string Story::times() const {
  const double fastest = std::ranges::min(requester_->round_trips_ms());
  return text("fastest request and reply %.2f ms; requester back %.2f s after the %s", fastest,
              back_after_s_, own_broker() ? "broker was killed" : "cut");
}

}  // namespace demo
