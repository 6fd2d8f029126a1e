// SPDX-License-Identifier: MIT
#include "ports/lwip_sockets/host/network.hpp"

#include <cerrno>
#include <cstring>
#include <lwip/dns.h>
#include <lwip/netif.h>
#include <lwip/priv/tcpip_priv.h>
#include <lwip/sockets.h>
#include <lwip/tcpip.h>
#include <lwip/udp.h>
#include <utility>

// lwIP's macros take away names of this file.
#undef accept
#undef close
#undef send

namespace minimq::lwip_sockets::test {

namespace {

// Runs it in lwIP's context.
template <class Action>
void inside(Action action) {
  struct Call : tcpip_api_call_data {
    Action* action;
  };
  Call call{};
  call.action = &action;
  ::tcpip_api_call(
      [](tcpip_api_call_data* data) -> err_t {
        (*static_cast<Call*>(data)->action)();
        return ERR_OK;
      },
      &call);
}

constexpr timeval ten_seconds{.tv_sec = 10, .tv_usec = 0};

template <class Option>
void set(int descriptor, int name, const Option& option) {
  ::lwip_setsockopt(descriptor, SOL_SOCKET, name, &option, sizeof option);
}

}  // namespace

void start_lwip() {
  static const bool started = [] {
    sys_sem_t ready;
    ::sys_sem_new(&ready, 0);
    ::tcpip_init([](void* sem) { ::sys_sem_signal(static_cast<sys_sem_t*>(sem)); }, &ready);
    ::sys_arch_sem_wait(&ready, 0);
    ::sys_sem_free(&ready);
    return true;
  }();
  static_cast<void>(started);
}

void call_from_lwip(void (*function)(void*), void* argument) {
  ::tcpip_callback(function, argument);
}

int free_sockets() {
  std::array<int, MEMP_NUM_NETCONN + 1> opened{};
  int count = 0;
  while ((opened[static_cast<std::size_t>(count)] = ::lwip_socket(AF_INET, SOCK_DGRAM, 0)) >= 0)
    ++count;
  for (int i = 0; i < count; ++i)
    ::lwip_close(opened[static_cast<std::size_t>(i)]);
  return count;
}

bool sends_at_once(int descriptor) {
  int on = 0;
  socklen_t size = sizeof on;
  return ::lwip_getsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, &size) == 0 && on != 0;
}

Peer::Peer(int descriptor) : descriptor_{descriptor} {
  if (valid()) set(descriptor_, SO_RCVTIMEO, ten_seconds);
}

Peer::Peer(Peer&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}

Peer& Peer::operator=(Peer&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

bool Peer::send(std::string_view text) {
  return ::lwip_send(descriptor_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

std::string Peer::receive(std::size_t size) {
  std::string text;
  while (text.size() < size) {
    std::string more(size - text.size(), '\0');
    const ssize_t count = ::lwip_recv(descriptor_, more.data(), more.size(), 0);
    if (count <= 0) break;
    text.append(more, 0, static_cast<std::size_t>(count));
  }
  return text;
}

std::string Peer::receive_some() {
  std::string text(4'096, '\0');
  const ssize_t count = ::lwip_recv(descriptor_, text.data(), text.size(), 0);
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return text;
}

void Peer::reset() {
  constexpr linger at_once{.l_onoff = 1, .l_linger = 0};
  set(descriptor_, SO_LINGER, at_once);
  close();
}

void Peer::close() {
  if (valid()) ::lwip_close(std::exchange(descriptor_, -1));
}

Listener::Listener(bool v6, std::uint16_t port) {
  start_lwip();
  sockaddr_storage name{};
  auto* const any = reinterpret_cast<sockaddr*>(&name);
  auto& name4 = reinterpret_cast<sockaddr_in&>(name);
  auto& name6 = reinterpret_cast<sockaddr_in6&>(name);
  name.ss_family = v6 ? AF_INET6 : AF_INET;
  if (v6)
    std::memcpy(&name6.sin6_addr, loopback_v6.data(), loopback_v6.size());
  else
    std::memcpy(&name4.sin_addr, loopback_v4.data(), loopback_v4.size());
  (v6 ? name6.sin6_port : name4.sin_port) = lwip_htons(port);
  socklen_t size = v6 ? sizeof name6 : sizeof name4;
  descriptor_ = ::lwip_socket(name.ss_family, SOCK_STREAM, 0);
  set(descriptor_, SO_RCVTIMEO, ten_seconds);
  if (::lwip_bind(descriptor_, any, size) != 0 || ::lwip_listen(descriptor_, 4) != 0) return;
  ::lwip_getsockname(descriptor_, any, &size);
  port_ = lwip_ntohs(v6 ? name6.sin6_port : name4.sin_port);
}

Peer Listener::accept() {
  return Peer{::lwip_accept(descriptor_, nullptr, nullptr)};
}

void Listener::close() {
  if (descriptor_ >= 0) ::lwip_close(std::exchange(descriptor_, -1));
}

DeadNetwork::DeadNetwork() : interface_{new netif{}} {
  start_lwip();
  inside([this] {
    ip4_addr_t address;
    ip4_addr_t mask;
    IP4_ADDR(&address, 192, 0, 2, 9);
    IP4_ADDR(&mask, 255, 255, 255, 0);
    const auto ignore_all = [](netif* interface) -> err_t {
      interface->mtu = 1500;
      interface->output = [](netif*, pbuf*, const ip4_addr_t*) -> err_t { return ERR_OK; };
      interface->output_ip6 = [](netif*, pbuf*, const ip6_addr_t*) -> err_t { return ERR_OK; };
      return ERR_OK;
    };
    ::netif_add(interface_, &address, &mask, nullptr, nullptr, ignore_all, ::tcpip_input);
    ::netif_set_up(interface_);
    ::netif_set_link_up(interface_);
  });
}

DeadNetwork::~DeadNetwork() {
  inside([this] { ::netif_remove(interface_); });
  delete interface_;
}

struct NameServerCallbacks {
  static void reply(const NameServer& server, std::string text, std::string_view address,
                    std::uint16_t port) {
    text[2] = '\x81';  // a response
    text[3] = '\x80';
    if (!address.empty()) {
      text[7] = 1;  // with one answer: the name of the question, its type, IN, for a minute
      text += std::string("\xc0\x0c\0", 3) + (address.size() == 4 ? '\x01' : '\x1c');
      text += std::string("\0\x01\0\0\0\x3c\0", 7) + static_cast<char>(address.size());
      text += address;
    }
    pbuf* const packet = ::pbuf_alloc(PBUF_TRANSPORT, static_cast<u16_t>(text.size()), PBUF_RAM);
    ::pbuf_take(packet, text.data(), static_cast<u16_t>(text.size()));
    const ip_addr_t own = IPADDR4_INIT_BYTES(127, 0, 0, 1);
    ::udp_sendto(server.pcb_, packet, &own, port);
    ::pbuf_free(packet);
  }

  static void asked(void* self, udp_pcb*, pbuf* question, const ip_addr_t*, u16_t port) {
    auto& server = *static_cast<NameServer*>(self);
    std::string text(question->tot_len, '\0');
    ::pbuf_copy_partial(question, text.data(), question->tot_len, 0);
    ::pbuf_free(question);
    const bool v6 = text[text.size() - 3] == '\x1c';  // AAAA
    const NameServer::Answers& answers = server.answers_;
    if (v6 ? answers.v6_silent : answers.v4_silent) {
      server.late_question_ = text;
      server.late_port_ = port;
    } else {
      reply(server, text, v6 ? answers.v6 : answers.v4, port);
    }
    if (v6) ++server.questions_v6_;
    ++server.questions_;
  }
};

NameServer::NameServer(const Answers& answers) : answers_{answers} {
  start_lwip();
  inside([this] {
    const ip_addr_t own = IPADDR4_INIT_BYTES(127, 0, 0, 1);
    pcb_ = ::udp_new();
    ::udp_bind(pcb_, &own, 53);
    ::udp_recv(pcb_, NameServerCallbacks::asked, this);
    ::dns_setserver(0, &own);
  });
}

NameServer::~NameServer() {
  inside([this] {
    ::udp_remove(pcb_);
    ::dns_setserver(0, nullptr);
  });
}

void NameServer::answer_late(std::string_view address) {
  inside([&] { NameServerCallbacks::reply(*this, late_question_, address, late_port_); });
}

}  // namespace minimq::lwip_sockets::test
