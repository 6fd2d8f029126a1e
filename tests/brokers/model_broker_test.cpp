// SPDX-License-Identifier: MIT
//
// The simulation's broker is judged itself: the same bytes to it and to a real Mosquitto must be
// answered by the same packets.
#include <minimq/posix/event_loop.hpp>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <map>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <vector>

#include "brokers/support/mosquitto.hpp"
#include "simulation/checks/server_packet.hpp"
#include "simulation/model/broker.hpp"
#include "support/hex.hpp"

namespace minimq::brokers {
namespace {

using Lines = std::vector<std::string>;
using simulation::ServerPacket;

std::string line_of(const ServerPacket& packet) {
  std::string line = std::to_string(packet.type);
  line += " id=" + std::to_string(packet.id) + " reason=" + std::to_string(packet.reason);
  if (packet.type == 2) line += packet.session_present ? " present" : " new";
  if (packet.type != 3) return line;
  line += " q" + std::to_string(packet.qos);
  if (packet.dup) line += " dup";
  if ((packet.flags & 1) != 0) line += " retain";
  line += ' ';
  line += packet.topic;
  line += ' ';
  line += packet.payload;
  return line;
}

// Takes the packets from the front of a stream.
void take_packets(std::string& stream, Lines& lines) {
  for (bool bad = false;;) {
    const auto packet = simulation::parse_server_packet(stream, bad);
    if (!packet) return;
    lines.push_back(line_of(*packet));
    stream.erase(0, packet->size);
  }
}

// Two clients by letter, and the broker of the simulation.
class Model : private model::Observer {
 public:
  Model() { broker_.habits.hands_on_at_pubrel = true; }  // As Mosquitto does.
  void open(char client) { connections_[client] = broker_.open(0); }
  void send(char client, const std::string& bytes) {
    broker_.receive(connections_.at(client), bytes, 0);
  }
  void cut(char client) { broker_.lost(connections_.at(client), 0); }
  Lines answers(char client) {
    broker_.advance(0);
    std::string bytes;
    for (const std::byte byte : broker_.take_output(connections_.at(client)))
      bytes += static_cast<char>(byte);
    Lines lines;
    take_packets(bytes, lines);
    return lines;
  }
  Lines faults;

 private:
  void handed_on(std::uint64_t, const model::Message&) override {}
  void queued(std::uint64_t, const model::Outgoing&) override {}
  void completed(const model::Outgoing&, unsigned) override {}
  void discarded(const model::Outgoing&) override {}
  bool in_use_by_client(std::uint16_t) override { return false; }
  void fault(const std::string& what) override { faults.push_back(what); }

  model::Broker broker_{*this, 1};
  std::map<char, int> connections_;
};

// The same with sockets that block, and Mosquitto at their other end.
class Real {
 public:
  explicit Real(std::uint16_t port) : port_{port} {}
  Real(const Real&) = delete;
  Real& operator=(const Real&) = delete;
  ~Real() {
    for (const auto& [client, socket] : sockets_)
      ::close(socket);
  }
  void open(char client) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port_);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(descriptor, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockets_[client] = descriptor;
    streams_[client].clear();
  }
  void send(char client, const std::string& bytes) {
    ASSERT_EQ(::send(sockets_.at(client), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  void cut(char client) {
    ::close(sockets_.at(client));
    sockets_.erase(client);
  }
  // All until the answer to a PINGREQ, and then as many as are missing.
  Lines answers(char client, std::size_t expected) {
    const std::string pingresp = "13 id=0 reason=0";
    Lines lines;
    send(client, std::string{"\xC0\0", 2});
    bool answered = false;
    while (!answered || lines.size() < expected) {
      char bytes[1024];
      const ssize_t count = ::recv(sockets_.at(client), bytes, sizeof bytes, 0);
      if (count <= 0) break;
      streams_[client].append(bytes, static_cast<std::size_t>(count));
      Lines more;
      take_packets(streams_[client], more);
      for (const std::string& line : more) {
        if (line == pingresp) {
          answered = true;
        } else {
          lines.push_back(line);
        }
      }
    }
    return lines;
  }

 private:
  std::uint16_t port_;
  std::map<char, int> sockets_;
  std::map<char, std::string> streams_;
};

class ModelBroker : public ::testing::Test {
 protected:
  void open(char client, const std::string& connect) {
    model_.open(client);
    real_.open(client);
    online_ += client;
    send(client, connect);
  }
  void send(char client, const std::string& bytes) {
    model_.send(client, bytes);
    real_.send(client, bytes);
    compare();
  }
  void cut(char client) {
    std::erase(online_, client);
    model_.cut(client);
    real_.cut(client);
    compare();
  }
  void leave(char client, std::string_view disconnect) {
    std::erase(online_, client);
    model_.send(client, text(disconnect));
    real_.send(client, text(disconnect));
    real_.cut(client);
    compare();
  }
  static std::string text(std::string_view hexadecimal) {
    std::string bytes;
    for (const std::byte byte : testing::hex(hexadecimal))
      bytes += static_cast<char>(byte);
    return bytes;
  }
  // A session that lasts an hour; with a will on request.
  static std::string connect(char client, bool clean, bool will = false) {
    std::string packet = will ? "10 1A " : "10 13 ";
    packet += "00 04 'M' 'Q' 'T' 'T' 05 ";
    packet += will ? (clean ? "06" : "04") : (clean ? "02" : "00");
    packet += " 00 00 05 11 00 00 0E 10 00 01 '";
    packet += client;
    packet += will ? "' 00 00 01 'w' 00 01 '!'" : "'";
    return text(packet);
  }

  Model model_;

 private:
  void compare() {
    for (const char client : online_) {
      const Lines expected = model_.answers(client);
      all_ += expected.size();
      EXPECT_EQ(real_.answers(client, expected.size()), expected) << "client " << client;
    }
    EXPECT_EQ(model_.faults, Lines{});
  }
  void TearDown() override { EXPECT_GT(all_, 3u); }

  posix::EventLoop loop_;
  Mosquitto mosquitto_{loop_};
  Real real_{mosquitto_.port()};
  std::string online_;
  std::size_t all_{0};
};

TEST_F(ModelBroker, AnswersEveryQosAsMosquittoDoes) {
  open('a', connect('a', true));
  send('a', text("82 07 00 01 00 00 01 't' 02"));
  send('a', text("30 05 00 01 't' 00 '0'"));
  send('a', text("32 07 00 01 't' 00 02 00 '1'"));
  send('a', text("40 02 00 01"));
  send('a', text("34 07 00 01 't' 00 03 00 '2'"));
  send('a', text("62 02 00 03"));
  send('a', text("50 02 00 02"));
  send('a', text("70 02 00 02"));
  send('a', text("A2 06 00 04 00 00 01 't'"));
  send('a', text("A2 06 00 05 00 00 01 't'"));
}

TEST_F(ModelBroker, ResumesAsMosquittoDoes) {
  open('b', connect('b', true));
  open('a', connect('a', true));
  send('a', text("82 07 00 01 00 00 01 't' 02"));
  send('b', text("32 07 00 01 't' 00 01 00 '1'"));
  send('b', text("34 07 00 01 't' 00 02 00 '2' 62 02 00 02"));
  cut('a');
  send('b', text("32 07 00 01 't' 00 03 00 '3'"));
  open('a', connect('a', false));
  send('a', text("40 02 00 01 50 02 00 02"));
  cut('a');
  open('a', connect('a', false));
  send('a', text("70 02 00 02 40 02 00 03"));
  cut('a');
  open('a', connect('a', false));
  cut('a');
  open('a', connect('a', true));
}

TEST_F(ModelBroker, TakesAMessageOnceAsMosquittoDoes) {
  open('b', connect('b', true));
  send('b', text("82 07 00 01 00 00 01 't' 00"));
  open('a', connect('a', true));
  send('a', text("34 07 00 01 't' 00 09 00 'x'"));
  cut('a');
  open('a', connect('a', false));
  send('a', text("3C 07 00 01 't' 00 09 00 'x'"));
  send('a', text("62 02 00 09"));
  send('a', text("34 07 00 01 't' 00 09 00 'y' 62 02 00 09"));
}

TEST_F(ModelBroker, KeepsRetainedMessagesAsMosquittoDoes) {
  open('a', connect('a', true));
  send('a', text("31 07 00 03 't' '/' '1' 00 'r'"));
  send('a', text("82 09 00 01 00 00 03 't' '/' '+' 01"));
  send('a', text("33 09 00 03 't' '/' '1' 00 02 00 's'"));
  send('a', text("40 02 00 01"));
  send('a', text("82 09 00 03 00 00 03 't' '/' '+' 01"));  // Overlapping ones may differ.
  send('a', text("40 02 00 02"));
  send('a', text("31 06 00 03 't' '/' '1' 00"));
  send('a', text("82 09 00 04 00 00 03 't' '/' '1' 01"));
}

TEST_F(ModelBroker, PublishesWillsAsMosquittoDoes) {
  open('b', connect('b', true));
  send('b', text("82 07 00 01 00 00 01 'w' 00"));
  open('a', connect('a', true, true));
  leave('a', "E0 00");
  open('a', connect('a', true, true));
  leave('a', "E0 01 04");
  open('a', connect('a', true, true));
  cut('a');
}

}  // namespace
}  // namespace minimq::brokers
