// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstring>
#include <lwip/dns.h>
#include <lwip/pbuf.h>
#include <lwip/udp.h>
#include <string>

namespace minimq::lwip::test {

/// A name server on the loopback interface that is lwIP's while it exists.
class NameServer {
 public:
  enum class Answer : std::uint8_t {
    loopback,  ///< Every name is 127.0.0.1.
    unknown,   ///< No such name.
    none,      ///< It keeps silent.
  };

  explicit NameServer(Answer answer) : answer_{answer}, pcb_{::udp_new()} {
    const ip_addr_t own = IPADDR4_INIT_BYTES(127, 0, 0, 1);
    ::udp_bind(pcb_, &own, 53);
    ::udp_recv(pcb_, asked, this);
    ::dns_setserver(0, &own);
  }
  ~NameServer() {
    ::udp_remove(pcb_);
    ::dns_setserver(0, nullptr);
  }
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;

  [[nodiscard]] int questions() const { return questions_; }

 private:
  static void asked(void* self, udp_pcb* pcb, pbuf* question, const ip_addr_t* address,
                    u16_t port) {
    auto& server = *static_cast<NameServer*>(self);
    ++server.questions_;
    std::string text(question->tot_len, '\0');
    ::pbuf_copy_partial(question, text.data(), question->tot_len, 0);
    ::pbuf_free(question);
    if (server.answer_ == Answer::none) return;
    text[2] = '\x81';  // a response
    text[3] = server.answer_ == Answer::loopback ? '\x80' : '\x83';
    if (server.answer_ == Answer::loopback) {
      text[7] = 1;  // with one answer: the name of the question, A, IN, for a minute, 127.0.0.1
      text += std::string("\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x7f\0\0\x01", 16);
    }
    pbuf* const reply = ::pbuf_alloc(PBUF_TRANSPORT, static_cast<u16_t>(text.size()), PBUF_RAM);
    ::pbuf_take(reply, text.data(), static_cast<u16_t>(text.size()));
    ::udp_sendto(pcb, reply, address, port);
    ::pbuf_free(reply);
  }

  Answer answer_;
  udp_pcb* pcb_;
  int questions_{0};
};

}  // namespace minimq::lwip::test
