// SPDX-License-Identifier: MIT
#include "story.hpp"

#include <algorithm>
#include <csignal>
#include <unistd.h>

#include "failure.hpp"

namespace demo {

using namespace std::chrono_literals;
using minimq::Event;

namespace {

constexpr const char* kDeviceProgram = "example_01_device";
constexpr const char* kTlsDeviceProgram = "example_06_tls_echo";
constexpr const char* kSessionLost = "it is \"connected\" instead: the broker has lost the session";

}  // namespace

Story::Story(Stage& stage, const Options& options)
    : stage_{stage},
      screen_{stage.screen()},
      options_{options},
      run_id_{std::to_string(::getpid())},
      flight_topic_{"demo/flight/" + run_id_} {}

void Story::run() {
  find_broker();
  a_device_answers();
  its_link_breaks();
  the_broker_dies();
  the_end();
}

void Story::find_broker() {
  screen_.act("A broker");
  if (options_.broker) {
    broker_text_ = *options_.broker;
  } else {
    if (options_.tls) {
      secrets_.emplace();
      authority_.emplace(stage_, secrets_->path());
      mosquitto_.emplace(stage_, *authority_);
    } else {
      mosquitto_.emplace(stage_);
    }
    mosquitto_->start("mosquitto starts");
    broker_text_ = mosquitto_->address();
  }
  broker_ = minimq::Broker::parse(broker_text_);
  minimq::posix::TcpTransport probe{stage_.loop()};
  minimq::Result<minimq::Transport::Progress> progress = probe.open(broker_);
  class Nobody final : public minimq::Waiter {
    void ready() override {}
  } nobody;
  const auto why = [&progress] {
    return progress ? std::string{"no answer"} : std::string{to_string(progress.error())};
  };
  const std::string what = "the broker at " + broker_text_ + " takes connections";
  stage_.expect(
      what, 5s,
      [&] {
        if (progress == minimq::Transport::Progress::pending) progress = probe.open(broker_);
        if (!progress) throw Failure{what, why()};
        probe.wait({.read = true, .write = true}, std::nullopt, nobody);
        return progress == minimq::Transport::Progress::ready;
      },
      why);
  probe.cancel(nobody);
}

void Story::a_device_answers() {
  screen_.act("A device answers requests");
  start_device();
  start_watcher();
  start_requester();
  ask(3);
}

void Story::start_device() {
  device_link_.emplace(stage_.loop(), broker_, content());
  const std::string port = std::to_string(device_link_->port());
  std::vector<std::string> command{options_.bin_directory + "/" + kDeviceProgram,
                                   "127.0.0.1:" + port};
  if (authority_) {
    command = {options_.bin_directory + "/" + kTlsDeviceProgram, "mqtts://localhost:" + port,
               authority_->file()};
  }
  device_.emplace(stage_.loop(), command,
                  [this](const std::string& line) { screen_.line("device", line); });
  stage_.need(*device_);
  // The first outcome that it reports is the one of its SUBSCRIBE.
  stage_.expect("the device connects and subscribes", 5s, [this] {
    return device_->count("connected") > 0 && device_->count("settled") > 0;
  });
}

void Story::start_watcher() {
  std::vector<std::string> command{"mosquitto_sub", "-V", "5", "-d", "-c", "-x", "60"};
  const auto add = [&command](std::initializer_list<std::string> more) {
    command.insert(command.end(), more);
  };
  add({"-i", "minimq-watcher-" + run_id_, "-q", "1", "-t", flight_topic_, "-F", "%t %p"});
  if (authority_) {
    add({"--unix", mosquitto_->path()});
  } else if (broker_.is_unix_path()) {
    add({"--unix", std::string{broker_.host()}});
  } else {
    add({"-h", std::string{broker_.host()}, "-p", std::to_string(broker_.port())});
  }
  watcher_.emplace(stage_.loop(), command, [this](const std::string& line) {
    if (line == message_line()) screen_.line("watcher", "got \"" + payload_ + "\"");
  });
  stage_.need(*watcher_);
  stage_.expect("mosquitto_sub, the independent watcher, subscribes", 5s,
                [this] { return watcher_->mentions("Subscribed") > 0; });
}

void Story::start_requester() {
  requester_link_.emplace(stage_.loop(), broker_, content());
  requester_.emplace(stage_.loop(), screen_, requester_link_->port(),
                     Requester::Names{.client_id = "minimq-requester-" + run_id_,
                                      .reply_topic = "demo/replies/" + run_id_},
                     authority_ ? authority_->text().c_str() : nullptr);
  stage_.expect(
      "a second session, the requester, connects and subscribes", 5s,
      [this] { return requester_->subscribed(); }, [this] { return requester_->last_trouble(); });
}

// Requests one after another, each answered before the next.
void Story::ask(int count) {
  const int first = requester_->requests() + 1;
  for (int number = first; number < first + count; ++number) {
    requester_->request();
    stage_.expect("the device answers request " + std::to_string(number), 5s,
                  [this, number] { return requester_->replies() == number; });
  }
}

void Story::its_link_breaks() {
  screen_.act("The device's link breaks");
  device_link_->cut();
  screen_.line("proxy", "cuts the device's link");
  stage_.expect("the device notices", 3s, [this] { return device_->count("disconnected") > 0; });
  requester_->request();
  const int asked = requester_->requests();
  expect_device_back("the device reconnects, and its session is still there", 0);
  stage_.expect("what it was asked meanwhile is answered", 5s,
                [this, asked] { return requester_->replies() == asked; });
}

void Story::the_broker_dies() {
  screen_.act(own_broker() ? "The broker dies, with a message in flight"
                           : "All links break, with a message in flight (your broker stays up)");
  hold_message_in_flight();
  const std::size_t device_losses = device_->count("disconnected");
  const std::size_t device_reconnects = device_->count("reconnected");
  lost_at_ = screen_.seconds();
  if (own_broker()) {
    device_link_->refuse();
    requester_link_->refuse();
    mosquitto_->kill();
  } else {
    requester_link_->cut();
    device_link_->cut();
    screen_.line("proxy", "cuts both links");
  }
  stage_.expect("both sessions notice", 3s, [this, device_losses] {
    return requester_->count(Event::Kind::disconnected) > 0 &&
           device_->count("disconnected") > device_losses;
  });
  stage_.check("the message is still without an outcome", !requester_->outcome(ticket_));
  if (own_broker()) {
    mosquitto_->start("mosquitto starts again, on the same port");
    device_link_->admit();
    requester_link_->admit();
  }
  everyone_is_back(device_reconnects);
  it_arrives();
  ask(1);
}

void Story::hold_message_in_flight() {
  // Then the one acknowledgement that can come is the right one.
  stage_.expect("the broker has acknowledged all that came before", 3s,
                [this] { return requester_->pending() == 0; });
  requester_link_->hold_acknowledgement();
  ticket_ = requester_->publish(flight_topic_, payload_);
  screen_.line("requester", text("publishes \"%s\" at QoS 1, packet id %d", payload_.c_str(),
                                 static_cast<int>(ticket_.packet_id())));
  if (authority_) {
    stage_.expect("the proxy holds back what the broker says, whatever it is", 3s,
                  [this] { return requester_link_->holds(); });
  } else {
    stage_.expect("the proxy holds back its acknowledgement", 3s, [this] {
      return requester_link_->held() == static_cast<unsigned>(ticket_.packet_id());
    });
  }
  stage_.expect("the watcher has a first copy", 3s, [this] { return copies() > 0; });
  bool once = true;
  if (!authority_) {
    const auto& sent = requester_link_->published().back();
    once = sent.topic == flight_topic_ && !sent.duplicate;
  }
  stage_.check("so the message is in flight: sent once, known to the broker, not acknowledged",
               once && !requester_->outcome(ticket_));
  copies_before_ = copies();
  sent_before_ = requester_->session().counters().messages_sent;
}

void Story::everyone_is_back(std::size_t device_reconnects) {
  const std::string what = "the requester is back: reconnected";
  stage_.expect(
      what, 8s,
      [&] {
        if (requester_->count(Event::Kind::connected) > 1) throw Failure{what, kSessionLost};
        return requester_->count(Event::Kind::reconnected) > 0;
      },
      [this] { return requester_->last_trouble(); });
  back_after_s_ = screen_.seconds() - lost_at_;
  // Mosquitto 2.0 writes no session to disk that began with Clean Start. The device's did, but it
  // has been resumed once, when the link broke.
  expect_device_back("the device is back: reconnected", device_reconnects);
}

void Story::expect_device_back(const std::string& what, std::size_t reconnects_before) {
  stage_.expect(what, 8s, [&] {
    if (device_->count("connected") > 1) throw Failure{what, kSessionLost};
    return device_->count("reconnected") > reconnects_before;
  });
}

void Story::it_arrives() {
  stage_.expect(
      authority_ ? "the message is sent again" : "the message is sent again, marked as a duplicate",
      3s, [this] { return sent_again(); });
  stage_.expect("it is acknowledged, and the session says: settled, success", 3s, [this] {
    return (authority_ || requester_link_->acknowledged_id() == ticket_.packet_id()) &&
           requester_->outcome(ticket_) == minimq::ReasonCode::success;
  });
  stage_.expect("mosquitto_sub confirms that it arrived", 8s,
                [this] { return copies() > copies_before_; });
}

// Through TLS nobody sees more than the session's own counter.
bool Story::sent_again() const {
  if (authority_) return requester_->session().counters().messages_sent > sent_before_;
  return std::ranges::any_of(requester_link_->published(), [this](const Proxy::Published& sent) {
    return sent.topic == flight_topic_ && sent.packet_id == ticket_.packet_id() && sent.duplicate &&
           sent.link > 1;
  });
}

void Story::the_end() {
  screen_.act("The end");
  requester_->disconnect();
  stage_.expect("the requester says goodbye and stops", 3s,
                [this] { return requester_->count(Event::Kind::stopped) == 1; });
  stage_.release(*device_);
  device_->signal(SIGINT);
  stage_.expect("the device, interrupted, ends with exit status 0", 3s,
                [this] { return device_->exited_with(0); });
}

}  // namespace demo
