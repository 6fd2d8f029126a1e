// SPDX-License-Identifier: MIT
//
// Waiting for a session. The session keeps one waiter registered with its transport from the first
// operation on, so that it goes on living while every task sleeps elsewhere.
#include "minimq/operation.hpp"

#include <algorithm>

#include "minimq/session.hpp"

namespace minimq {

namespace {

// Coroutines resumed in one turn of the event loop, so that a busy session starves nobody else.
constexpr int resumes_max = 16;

}  // namespace

void Operation::start() {
  session_.begin(*this);
}

Operation::~Operation() {
  if (stage_ == Stage::waiting) session_.end(*this);
}

Event PollOperation::await_resume() {
  Event event{Event::Kind::idle};
  if (error_ == Error::busy) {
    event.kind_ = Event::Kind::stopped;
    event.cause_ = {.error = Error::busy};
  } else {
    (void)session_.next_event(event);
  }
  return event;
}

Result<Outcome> SettledOperation::await_resume() {
  if (error_ != Error{}) return std::unexpected{error_};
  if (ticket_.empty()) {
    return Outcome{ticket_, Outcome::Operation::publish, ReasonCode::success, {}};
  }
  Result<Outcome> outcome;
  if (!session_.engine_.take_outcome(ticket_, *outcome, /*lasting=*/false)) {
    outcome = std::unexpected{Error::unknown_ticket};
  }
  return outcome;
}

Result<void> ReadyOperation::await_resume() {
  if (error_ != Error{}) return std::unexpected{error_};
  return {};
}

void Session::begin(Operation& operation) {
  // One poller, and one awaiter for each ticket.
  const bool exclusive = operation.kind_ == Operation::Kind::poll ||
                         (operation.kind_ == Operation::Kind::settled && operation.argument_ != 0);
  Operation** last = &operations_;
  for (; *last != nullptr; last = &(*last)->next_) {
    const bool same =
        (*last)->kind_ == operation.kind_ && (*last)->argument_ == operation.argument_;
    if (same && exclusive && (*last)->error_ == Error{}) operation.error_ = Error::busy;
  }
  *last = &operation;
  operation.next_ = nullptr;
  operation.stage_ = Operation::Stage::waiting;
  if (operation.kind_ == Operation::Kind::poll && operation.error_ == Error{}) engine_.end_views();
  static constexpr Pump pump{{.changed = &Session::wake}, [](Session& session) { session.pump(); }};
  engine_.set_listener(&pump, this);
  wake(this);
}

void Session::end(Operation& operation) {
  for (Operation** link = &operations_; *link != nullptr; link = &(*link)->next_) {
    if (*link == &operation) {
      *link = operation.next_;
      return;
    }
  }
}

bool Session::awaited(Ticket ticket) const {
  for (const Operation* operation = operations_; operation != nullptr;
       operation = operation->next_) {
    if (operation->kind_ == Operation::Kind::settled &&
        operation->argument_ == ticket.packet_id()) {
      return true;
    }
  }
  return false;
}

// The event loop calls: the session lives a little, and those who waited for it go on.
void Session::pump() {
  if (driving_ || engine_.calling()) return;
  drive(transport_.now());
  bool alive = true;
  alive_ = &alive;
  driving_ = true;
  resume_operations();
  if (!alive) return;
  alive_ = nullptr;
  if (linked()) step_linked();  // What the coroutines have left to be written goes out together.
  driving_ = false;
  arm();
}

void Session::resume_operations() {
  const bool& alive = *alive_;
  for (int count = 0; count < resumes_max; ++count) {
    Operation* operation = operations_;
    while (operation != nullptr && !complete(*operation))
      operation = operation->next_;
    if (operation == nullptr) return;
    end(*operation);
    operation->stage_ = Operation::Stage::done;
    if (!operation->handle_) return;  // A thread blocks on it: the loop looks at once.
    operation->handle_.resume();
    if (!alive) return;
  }
  again_ = true;
}

// Whether the wait is over; its error, if any, is set.
bool Session::complete(Operation& operation) {
  const auto verdict_now = verdict(operation);
  if (!verdict_now) return false;
  operation.error_ = *verdict_now;
  return true;
}

// Nothing: the wait goes on. Error{}: it has what it waited for.
std::optional<Error> Session::verdict(const Operation& operation) {
  if (operation.error_ != Error{}) return operation.error_;
  const Ticket ticket{static_cast<std::uint16_t>(operation.argument_)};
  switch (operation.kind_) {
    case Operation::Kind::poll:
      if (has_event()) return Error{};
      break;
    case Operation::Kind::settled:
      if (ticket.empty() || engine_.has_outcome(ticket)) return Error{};
      if (!engine_.pending(ticket)) return Error::unknown_ticket;
      break;
    case Operation::Kind::ready:
      if (config_error_) return *config_error_;
      if (std::uint64_t{operation.argument_} + config_.subscribe_reserve + tx_slot_size >
          engine_.tx_capacity()) {
        return Error::packet_too_large;
      }
      if (engine_.tx_free() >= operation.argument_) return Error{};
      // Only reading the outcomes that take up tx would help, and nobody does.
      if (engine_.idle() && !polled()) return Error::not_ready;
      break;
  }
  if (operation.kind_ != Operation::Kind::poll) {
    if (state_ == State::stopped) return Error::stopped;
    if (engine_.rx_blocked() && !polled()) return Error::inbound_waiting;
  }
  if (engine_.now() >= operation.deadline_) return Error::deadline_passed;
  return std::nullopt;
}

bool Session::polled() const {
  for (const Operation* operation = operations_; operation != nullptr;
       operation = operation->next_) {
    if (operation->kind_ == Operation::Kind::poll) return true;
  }
  return false;
}

// A command or an operation has begun outside the event loop's call: it will call at once.
void Session::wake(void* context) {
  Session& session = *static_cast<Session*>(context);
  if (!session.driving_) session.transport_.wait(session.interest(), Instant::min(), session);
}

void Session::arm() {
  auto deadline = next_deadline();
  for (const Operation* operation = operations_; operation != nullptr;
       operation = operation->next_) {
    deadline = std::min(deadline.value_or(Instant::max()), operation->deadline_);
    // What was read after the coroutines had run may be what this one waits for.
    if (verdict(*operation)) again_ = true;
  }
  if (again_) deadline = engine_.now();
  if (deadline == Instant::max()) deadline.reset();
  transport_.wait(interest(), deadline, *this);
}

}  // namespace minimq
