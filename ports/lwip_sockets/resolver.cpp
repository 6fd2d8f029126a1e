// SPDX-License-Identifier: MIT
#include <minimq/lwip_sockets/resolver.hpp>

#include <algorithm>
#include <expected>
#include <lwip/dns.h>
#include <lwip/sys.h>

#include "lwip_context.hpp"
#include "socket_address.hpp"

#if !LWIP_DNS
#error "this port needs LWIP_DNS in lwipopts.h"
#endif

namespace minimq::lwip_sockets {

namespace {

#if LWIP_IPV4 && LWIP_IPV6
constexpr std::array<std::uint8_t, 2> kinds{LWIP_DNS_ADDRTYPE_IPV4, LWIP_DNS_ADDRTYPE_IPV6};
#else
constexpr std::array<std::uint8_t, 1> kinds{LWIP_DNS_ADDRTYPE_DEFAULT};
#endif
static_assert(kinds.size() == sockets::address_count_max);

// How much longer the second address may take than the first.
constexpr Duration patience_max{250};
// The waiter is told at the latest after this time: lwIP may have had no memory to wake the loop.
constexpr Duration wait_max{1'000};

}  // namespace

// The questions that lwIP has not answered yet. They are touched in lwIP's context only, so nothing
// else guards them.
struct Resolver::Asked {
  Question* first;
  std::uintptr_t last_number;

  void add(Question& question) {
    question.number = ++last_number;
    question.next = first;
    first = &question;
  }
  void remove(const Question& question) {
    for (Question** link = &first; *link != nullptr; link = &(*link)->next) {
      if (*link != &question) continue;
      *link = question.next;
      return;
    }
  }
  static void answered(const char*, const ip_addr_t* address, void* number);
};

constinit Resolver::Asked Resolver::asked_{};

Result<void> Resolver::start(std::string_view name, std::span<IpAddress> found, const TcpOptions&) {
  stop();
  std::array<char, DNS_MAX_NAME_LENGTH> text;
  if (name.empty() || name.size() >= text.size() || name.contains('\0'))
    return std::unexpected(Error::host_not_found);
  *std::copy(name.begin(), name.end(), text.begin()) = '\0';
  found_ = found;
  patience_.reset();
  const err_t asked = in_lwip([&]() -> err_t {
    for (std::size_t i = 0; i < kinds.size(); ++i)
      ask(questions_[i], text.data(), kinds[i]);
    return ERR_OK;
  });
  if (asked != ERR_OK) return std::unexpected(Error::link_error);
  return {};
}

// In lwIP's context.
void Resolver::ask(Question& question, const char* name, std::uint8_t kind) {
  question.owner = this;
  question.state.store(State::asked, std::memory_order_relaxed);
  asked_.add(question);  // before the call, which may answer at once
  const auto number = reinterpret_cast<void*>(question.number);  // it is no address
  ip_addr_t address;
  const err_t error = ::dns_gethostbyname_addrtype(name, &address, Asked::answered, number, kind);
  if (error == ERR_INPROGRESS) return;
  asked_.remove(question);
  if (error == ERR_OK) question.address = from_lwip(address);
  const State refused = error == ERR_MEM ? State::no_memory : State::not_found;
  question.state.store(error == ERR_OK ? State::found : refused, std::memory_order_release);
}

// In lwIP's context.
void Resolver::Asked::answered(const char*, const ip_addr_t* address, void* number) {
  Question* question = asked_.first;
  while (question != nullptr && reinterpret_cast<void*>(question->number) != number)
    question = question->next;
  if (question == nullptr) return;
  asked_.remove(*question);
  Waker& waker = question->owner->loop_.waker();
  if (address != nullptr) question->address = from_lwip(*address);
  question->state.store(address != nullptr ? State::found : State::not_found,
                        std::memory_order_release);
  waker.wake_from_lwip();
}

Result<std::size_t> Resolver::advance() {
  const std::size_t found = count(State::found);
  if (count(State::asked) > 0) {
    if (found == 0) return 0;
    if (!patience_) patience_ = loop_.now() + patience_max;
    if (loop_.now() < *patience_) return 0;
  }
  const bool no_memory = count(State::no_memory) > 0;
  stop();
  std::size_t stored = 0;
  for (const Question& question : questions_) {
    if (stored == found_.size()) break;
    if (question.state.load(std::memory_order_acquire) == State::found)
      found_[stored++] = question.address;
  }
  if (stored > 0) return stored;
  return std::unexpected(no_memory ? Error::link_error : Error::host_not_found);
}

std::optional<Instant> Resolver::wait(Waiter& waiter) {
  waiter_ = &waiter;
  if (count(State::asked) == 0) return loop_.now();
  const Instant latest = loop_.now() + wait_max;
  return patience_ ? std::min(*patience_, latest) : latest;
}

void Resolver::cancel_wait() {
  waiter_ = nullptr;
  timer_.cancel();
}

void Resolver::stop() {
  cancel_wait();
  if (count(State::asked) == 0) return;
  const auto forget = [this]() -> err_t {
    for (Question& question : questions_) {
      if (question.state.load(std::memory_order_relaxed) != State::asked) continue;
      asked_.remove(question);
      question.state.store(State::none, std::memory_order_relaxed);
    }
    return ERR_OK;
  };
  // What could not run is tried again: an answer would otherwise meet what is no longer there.
  while (in_lwip(forget) != ERR_OK)
    ::sys_msleep(1);
}

// The loop's task was woken, perhaps by an answer. From the timer it goes on in this same turn.
void Resolver::woken() {
  if (waiter_ != nullptr) timer_.start(Instant::min(), *waiter_);
}

std::size_t Resolver::count(State state) const {
  return static_cast<std::size_t>(std::ranges::count_if(questions_, [state](const Question& each) {
    return each.state.load(std::memory_order_acquire) == state;
  }));
}

}  // namespace minimq::lwip_sockets
