// SPDX-License-Identifier: MIT
#include <minimq/posix/tcp_transport.hpp>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <sys/un.h>

#include "support.hpp"

namespace minimq::posix::test {
namespace {

// A folder that is removed in the end.
struct Folder {
  Folder() { ::mkdtemp(path.data()); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path{std::filesystem::temp_directory_path() / "minimq-XXXXXX"};
};

// A socket bound to a path.
Descriptor bound_to(const std::string& path) {
  Descriptor descriptor{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::strncpy(name.sun_path, path.c_str(), sizeof name.sun_path - 1);
  EXPECT_EQ(::bind(descriptor.get(), reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
  return descriptor;
}

struct UnixSocketTest : testing::Test {
  EventLoop loop;
  TcpTransport transport{loop};
  Folder folder;
  std::string path{folder.path + "/broker"};
  std::string url{"unix:" + path};
};

TEST_F(UnixSocketTest, ABrokerIsReachedByItsPath) {
  const Descriptor listener = bound_to(path);
  ASSERT_EQ(::listen(listener.get(), 8), 0);
  ASSERT_TRUE(opens(loop, transport, Broker::parse(url)));
  Peer peer{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  ASSERT_EQ(write(transport, "hello"), Result<std::size_t>{5});
  EXPECT_EQ(peer.receive(5), "hello");
  peer.send("there");
  EXPECT_EQ(read(loop, transport), Result<std::string>{"there"});
  peer.close();
  EXPECT_EQ(read(loop, transport).error(), Error::link_closed);
}

TEST_F(UnixSocketTest, APathThatIsNotThereIsNotFound) {
  EXPECT_EQ(open(loop, transport, Broker::parse(url)).error(), Error::host_not_found);
  EXPECT_EQ(transport.last_errno(), ENOENT);
}

TEST_F(UnixSocketTest, APathOnWhichNobodyListensRefuses) {
  const Descriptor silent = bound_to(path);
  EXPECT_EQ(open(loop, transport, Broker::parse(url)).error(), Error::connect_refused);
}

TEST_F(UnixSocketTest, AListenerWithAFullQueueRefuses) {
  const Descriptor listener = bound_to(path);
  ASSERT_EQ(::listen(listener.get(), 0), 0);
  ASSERT_TRUE(opens(loop, transport, Broker::parse(url)));
  TcpTransport second{loop};
  EXPECT_EQ(open(loop, second, Broker::parse(url)).error(), Error::connect_refused);
}

TEST_F(UnixSocketTest, APathThatIsTooLongIsNotFound) {
  const std::string long_url = "unix:/" + std::string(200, 'a');
  EXPECT_EQ(open(loop, transport, Broker::parse(long_url)).error(), Error::host_not_found);
}

}  // namespace
}  // namespace minimq::posix::test
