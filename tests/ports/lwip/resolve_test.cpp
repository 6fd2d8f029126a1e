// SPDX-License-Identifier: MIT
//
// Brokers that have a name. lwIP keeps a name for a minute, so each test has one of its own.
#include "ports/lwip/name_server.hpp"
#include "ports/lwip/stack.hpp"

namespace minimq::lwip::test {
namespace {

class LwipResolve : public LwipTest {
 protected:
  [[nodiscard]] bool answered(const NameServer& server) {
    return turn_until([&] { return server.questions() > 0 && !Stack::packets_wait(); });
  }
};

TEST_F(LwipResolve, ANameLeadsToItsBroker) {
  const NameServer server{NameServer::Answer::loopback};
  Peer peer;
  ASSERT_TRUE(open(Broker{"first.example", peer.port()}));
  EXPECT_EQ(server.questions(), 1);
  EXPECT_TRUE(turn_until([&] { return peer.connected(); }));
}

TEST_F(LwipResolve, ANameIsAPartOfALongerText) {
  const NameServer server{NameServer::Answer::loopback};
  Peer peer;
  const std::string text = "mqtt://part.example:" + std::to_string(peer.port()) + "0";
  ASSERT_TRUE(open(Broker::parse(std::string_view{text}.substr(0, text.size() - 1))));
}

TEST_F(LwipResolve, ANameThatDoesNotExist) {
  const NameServer server{NameServer::Answer::unknown};
  EXPECT_EQ(open(Broker{"unknown.example", 1883}).error(), Error::host_not_found);
}

TEST_F(LwipResolve, ANameServerThatKeepsSilent) {
  const NameServer server{NameServer::Answer::none};
  EXPECT_EQ(open(Broker{"silent.example", 1883}).error(), Error::host_not_found);
  EXPECT_GT(server.questions(), 1) << "it did not ask again";
}

TEST_F(LwipResolve, NoNameServer) {
  EXPECT_EQ(open(Broker{"nobody.example", 1883}).error(), Error::host_not_found);
}

TEST_F(LwipResolve, NamesThatNoDnsCarries) {
  const NameServer server{NameServer::Answer::loopback};
  const std::string long_name(300, 'a');
  EXPECT_EQ(open(Broker{long_name, 1883}).error(), Error::host_not_found);
  EXPECT_EQ(open(Broker{"", 1883}).error(), Error::host_not_found);
  EXPECT_EQ(open(Broker{std::string_view{"a\0b", 3}, 1883}).error(), Error::host_not_found);
  EXPECT_EQ(server.questions(), 0);
}

TEST_F(LwipResolve, TheHostIsThereButNotItsBroker) {
  const NameServer server{NameServer::Answer::loopback};
  EXPECT_EQ(open(Broker{"deaf.example", 1}).error(), Error::connect_refused);
}

TEST_F(LwipResolve, AnAnswerForASearchThatWasGivenUpDoesNothing) {
  const NameServer server{NameServer::Answer::loopback};
  Peer peer;
  ASSERT_EQ(transport_.open(Broker{"given-up.example", peer.port()}), Transport::Progress::pending);
  transport_.close();
  ASSERT_TRUE(answered(server));
  ASSERT_TRUE(loop_.run_once(loop_.now() + Duration{10}));
  EXPECT_FALSE(peer.connected());
  EXPECT_EQ(read_once().error(), Error::link_closed);
}

TEST_F(LwipResolve, AnAnswerForATransportThatIsGoneHarmsNobody) {
  const NameServer server{NameServer::Answer::loopback};
  Peer peer;
  {
    TcpTransport gone{loop_};
    ASSERT_EQ(gone.open(Broker{"gone.example", peer.port()}), Transport::Progress::pending);
  }
  ASSERT_TRUE(answered(server));
  ASSERT_TRUE(loop_.run_once(loop_.now() + Duration{10}));
  EXPECT_FALSE(peer.connected());
}

TEST_F(LwipResolve, AnAnswerForAnEarlierNameIsNoneForTheNextOne) {
  const NameServer server{NameServer::Answer::loopback};
  Peer wrong;
  ASSERT_EQ(transport_.open(Broker{"earlier.example", 1}), Transport::Progress::pending);
  transport_.close();
  Peer right;
  EXPECT_TRUE(open(Broker{"later.example", right.port()}));
  EXPECT_TRUE(turn_until([&] { return right.connected(); }));
  EXPECT_FALSE(wrong.connected());
}

TEST_F(LwipResolve, SeveralLookForTheSameNameAtOnce) {
  const NameServer server{NameServer::Answer::loopback};
  Peer first;
  Peer second;
  TcpTransport other{loop_};
  ASSERT_EQ(transport_.open(Broker{"same.example", first.port()}), Transport::Progress::pending);
  ASSERT_EQ(other.open(Broker{"SAME.example", second.port()}), Transport::Progress::pending);
  ASSERT_TRUE(turn_until([&] { return first.connected() && second.connected(); }));
}

TEST_F(LwipResolve, NoMemoryForTheConnectionOnceTheNameIsKnown) {
  const NameServer server{NameServer::Answer::loopback};
  ASSERT_EQ(transport_.open(Broker{"no-memory.example", 1883}), Transport::Progress::pending);
  // The answer needs memory, the connection more of it.
  Stack::memory() = [](std::size_t size) { return size < sizeof(tcp_pcb); };
  const auto opened = open(Broker{"no-memory.example", 1883});
  Stack::memory() = nullptr;
  EXPECT_EQ(opened.error(), Error::link_error);
}

}  // namespace
}  // namespace minimq::lwip::test
