// SPDX-License-Identifier: MIT
//
// How time goes on: the network, then the device, then the clock moves to what comes next.
#include "simulation/world.hpp"

#include <algorithm>
#include <cstring>

#include "simulation/payload.hpp"

namespace minimq::simulation {

namespace {

constexpr std::byte canary{0xC5};
constexpr const char* secret = "a password that nobody may find";
// Wakes in a row that change nothing. A super-loop needs none; a coroutine that begins to wait is
// looked after once.
constexpr unsigned idle_wakes_max = 2;
constexpr unsigned idle_wakes_max_coroutine = 8;
constexpr int steps_at_once_max = 20'000;

}  // namespace

World::World(std::uint64_t seed, std::FILE* reader)
    : settings_{seed},
      random_{seed ^ 0x5EED},
      journal_{reader},
      ledger_{journal_},
      outbound_{journal_, settings_.client_id.empty(), settings_.config.session_expiry_s},
      inbound_{journal_},
      judge_{{.may_know_a_session = settings_.config.adopt_session}},
      broker_{*this, random_.next()},
      link_{clocks_, *this, random_.fork()},
      memory_(3 * canary_size + settings_.rx_size + settings_.tx_size, canary),
      config_{settings_.config},
      alias_memory_(
          InboundAliases::storage_size(settings_.inbound_aliases, settings_.alias_topic_size)),
      inbound_aliases_{alias_memory_, settings_.alias_topic_size},
      outbound_aliases_{std::span{alias_entries_}.first(settings_.outbound_aliases)} {
  // The clocks begin where 32 bits end.
  clocks_.offset = random_.one_in(2) ? (Time{1} << 32) - 1000 : random_.between<Time>(0, 100'000);
  begin();
}

World::~World() {
  if (application_) application_->end();
}

void World::begin() {
  if (settings_.habits.stray_acks != 0 || settings_.habits.repeats_acks != 0) {
    outbound_.expect_strays();
  }
  if (config_.downgrade_qos) outbound_.expect_downgrades();
  broker_.habits = settings_.habits;
  const std::span<std::byte> memory{memory_};
  config_.buffers.rx = memory.subspan(canary_size, settings_.rx_size);
  config_.buffers.tx = memory.subspan(2 * canary_size + settings_.rx_size, settings_.tx_size);
  config_.broker = Broker{"one", 1883};
  other_broker_ = Broker{"two", 1883};
  if (settings_.two_brokers) config_.more_brokers = {&other_broker_, 1};
  config_.client_id = settings_.client_id;
  will_payload_ = make_payload(from_broker | retained, 10);
  will_ = {.topic = "b/will", .payload = as_bytes(will_payload_)};
  if (settings_.has_will) config_.will = &will_;
  credentials_ = {.user_name = "user", .password = as_bytes(secret)};
  if (settings_.has_credentials) config_.credentials = &credentials_;
  prepare_extras();
  session_.emplace(config_, link_);
  if (const auto error = session_->config_error()) {
    journal_.violate("set-up", std::string{to_string(*error)});
    return;
  }
  tx_free_ = session_->tx_free();
  application_.emplace(*session_, settings_, Checks{journal_, ledger_, outbound_, inbound_},
                       clocks_, random_.fork());
  if (settings_.driving == Driving::coroutine) application_->start_polling();
  next_outage_ = after(settings_.between_outages);
  next_restart_ = after(settings_.between_restarts);
  next_kick_ = after(settings_.between_kicks);
  next_nap_ = after(settings_.between_naps);
  next_jump_ = after(settings_.between_jumps);
  next_message_ = after(settings_.between_messages);
}

void World::prepare_extras() {
  for (std::size_t i = 0; i < settings_.outbound_aliases; ++i)
    alias_entries_[i].topic = Application::aliased_topics[i];
  if (settings_.inbound_aliases != 0) extras_.inbound_aliases = &inbound_aliases_;
  if (settings_.outbound_aliases != 0) extras_.outbound_aliases = &outbound_aliases_;
  if (settings_.authenticates) {
    extras_.authentication = &authentication_;
    outbound_.expect_auth();
  }
  if (extras_.inbound_aliases || extras_.outbound_aliases || extras_.authentication) {
    config_.extras = &extras_;
  }
}

void World::run() {
  journal_.line([&] { return settings_.text(); });
  live_until(settings_.length);
  if (violation().empty()) come_to_rest();
  if (violation().empty()) ledger_.audit(broker_.session_of(client()));
  check_memory();
  check_attempts();
}

void World::live_until(Time end) {
  while (violation().empty() && clocks_.world < end)
    step();
}

// The faults are off. Everything accepted must come to its end, and the line be good for more.
void World::come_to_rest() {
  journal_.line([] { return std::string{"---------- no more faults"}; });
  resting_ = true;
  asleep_until_ = 0;
  const bool at_pubrel = settings_.habits.hands_on_at_pubrel;
  broker_.habits = {};
  broker_.habits.hands_on_at_pubrel = at_pubrel;
  broker_.limits = {};
  link_.cut(Fate::Ending::reset);
  broker_.kick(0x8B, clocks_.world);
  flush_broker();
  application_->come_to_rest();
  const auto settle = [this](Time patience) {
    const Time end = clocks_.world + patience;
    do
      step();
    while (violation().empty() && clocks_.world < end && !unsettled().empty());
    if (unsettled().empty()) return;
    journal_.violate("I20", "no rest: " + std::string{unsettled()} + "; " + broker_.digest());
  };
  settle(2 * Time{config_.slow_retry_max.count()} + 2 * Time{config_.backoff_max.count()} +
         Time{config_.connect_timeout.count()} + set_back_ + 600'000);
  if (!violation().empty()) return;
  application_->publish_last();
  for (const unsigned qos : {2u, 0u, 1u})
    publish_from_broker(true, qos);
  settle(60'000);
  // An identifier that the broker may hold keeps its slot.
  journal_.require(session_->tx_free() == tx_free_ || !outbound_.idle(), "I11",
                   "tx is not empty at rest: " + std::to_string(session_->tx_free()) + " of " +
                       std::to_string(tx_free_));
}

std::string_view World::unsettled() const {
  if (session_->state() != Session::State::online || !link_.sound()) return "not online";
  if (!application_->at_rest()) return "operations are pending";
  if (!broker_.sent_all(client())) return "under way to the client";
  // A message that a later connection did not allow is given up; the broker may have it half.
  if (!broker_.received_all(client()) && outbound_.idle()) return "under way to the broker";
  if (!broker_.subscribed(client(), Application::main_filter)) return "not subscribed";
  if (link_.next_time() != never) return "bytes are on their way";
  return {};
}

void World::step() {
  journal_.at(clocks_.world);
  const Time now = clocks_.world;
  for (int rounds = 0; clocks_.world == now && violation().empty(); ++rounds) {
    happen();
    move_network();
    if (clocks_.world >= asleep_until_) run_device();
    if (rounds > steps_at_once_max) journal_.violate("I12", "the world does not get any further");
    const Time next = next_time();
    if (next > clocks_.world) {
      clocks_.world = std::min(next, clocks_.world + 3'600'000);
      idle_wakes_ = 0;
      break;
    }
  }
}

void World::move_network() {
  while (auto arrival = link_.next_arrival()) {
    if (arrival->lost) {
      broker_.lost(arrival->connection, clocks_.world);
    } else {
      broker_.receive(arrival->connection, arrival->bytes, clocks_.world);
    }
    flush_broker();
  }
  broker_.advance(clocks_.world);
  flush_broker();
}

void World::flush_broker() {
  std::erase_if(open_connections_, [this](int connection) {
    const auto output = broker_.take_output(connection);
    if (!output.empty()) link_.send_to_client(connection, output);
    if (!broker_.wants_close(connection)) return false;
    link_.end_by_broker(connection);
    return true;
  });
}

// The device wakes as the contract says, and not once more.
void World::run_device() {
  while (violation().empty() && (device_is_due() || application_->next_time() <= clocks_.world)) {
    const std::uint64_t before = link_.activity() + application_->events();
    const bool own_reason = application_->next_time() <= clocks_.world;
    application_->act();
    wake_device();
    if (application_->holds()) hampered_ = true;
    const bool idle = before == link_.activity() + application_->events() && !own_reason;
    idle_wakes_ = idle ? idle_wakes_ + 1 : 0;
    const bool coroutine = settings_.driving == Driving::coroutine;
    journal_.require(idle_wakes_ <= (coroutine ? idle_wakes_max_coroutine : idle_wakes_max), "I12",
                     "woken again and again, and nothing moves");
    journal_.require(link_.broken_contract().empty(), "I14", link_.broken_contract());
    check_clock();
  }
}

void World::wake_device() {
  const std::uint64_t calls = link_.calls();
  const std::uint64_t activity = link_.activity();
  if (settings_.driving == Driving::super_loop) {
    session_->drive(clocks_.device());
    application_->take_events();
  } else if (device_is_due()) {
    Waiter& waiter = *link_.wait_of_session()->waiter;
    link_.wait_of_session().reset();
    waiter.ready();
  }
  journal_.require(link_.calls() - calls <= 40 + (link_.activity() - activity), "I12",
                   "more work than there are bytes");
}

bool World::device_is_due() {
  if (settings_.driving == Driving::coroutine) {
    const auto& wait = link_.wait_of_session();
    return wait && ((wait->deadline && *wait->deadline <= clocks_.device()) ||
                    link_.possible(wait->interest));
  }
  const auto deadline = session_->next_deadline();
  return (deadline && *deadline <= clocks_.device()) || link_.possible(session_->interest());
}

// When the device wakes by itself.
Time World::device_time() {
  std::optional<Instant> deadline;
  if (settings_.driving == Driving::super_loop) {
    deadline = session_->next_deadline();
  } else if (link_.wait_of_session()) {
    deadline = link_.wait_of_session()->deadline;
  }
  if (!deadline || *deadline == Instant::max()) return never;
  const Time ahead = (*deadline - clocks_.device()).count();
  return clocks_.world + std::max<Time>(ahead, 0);
}

Time World::next_time() {
  Time next = link_.next_time();
  if (const auto deadline = broker_.next_deadline()) next = std::min(next, *deadline);
  next =
      std::min(next, std::max(std::min(device_time(), application_->next_time()), asleep_until_));
  if (!resting_) {
    for (const Time at : {next_outage_, next_restart_, next_kick_, next_nap_, next_jump_,
                          next_message_, settings_.length})
      next = std::min(next, std::max(at, clocks_.world + 1));
  }
  return next;
}

}  // namespace minimq::simulation
