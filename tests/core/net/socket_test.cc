#include "net/socket.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/uio.h>

#include "net/socket_stream.h"

using namespace sse;
using net::listenOn;

TEST_CASE("port 0 takes a free one, which is told") {
  const auto fd = listenOn({.address = "127.0.0.1"});
  REQUIRE(fd.ok());
  CHECK(net::localPort(fd->get()) != 0);
}

TEST_CASE("every address of both families is one socket") {
  const auto fd = listenOn({.address = ""});
  REQUIRE(fd.ok());
  const auto port = net::localPort(fd->get());
  const base::Fd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(::connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
}

TEST_CASE("a port in use is an error that names address, port and what to do") {
  const auto first = listenOn({.address = "127.0.0.1", .share = false});
  const auto port = net::localPort(first->get());
  const auto second = listenOn({.address = "127.0.0.1", .port = port, .share = false});
  REQUIRE_FALSE(second.ok());
  CHECK(second.error().code == Code::System);
  CHECK(second.error().text.find("127.0.0.1:" + std::to_string(port) + ": cannot bind: ") == 0);
  CHECK(second.error().text.find("choose another http.port") != std::string::npos);
}

TEST_CASE("loops share a port") {
  const auto first = listenOn({.address = "127.0.0.1"});
  const auto second = listenOn({.address = "127.0.0.1", .port = net::localPort(first->get())});
  CHECK(second.ok());
}

TEST_CASE("a name is no address") {
  const auto fd = listenOn({.address = "localhost"});
  REQUIRE_FALSE(fd.ok());
  CHECK(fd.error().code == Code::InvalidArgument);
  CHECK(fd.error().text.find("\"localhost\"") != std::string::npos);
}

TEST_CASE("an address that is not this host's is an error of the system") {
  const auto fd = listenOn({.address = "192.0.2.1"});
  REQUIRE_FALSE(fd.ok());
  CHECK(fd.error().code == Code::System);
}

TEST_CASE("a socket stream reads, writes in parts, and tells the end from nothing yet") {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
  net::SocketStream here({base::Fd(ends[0]), {}});
  std::array<char, 16> buffer{};
  {
    net::SocketStream there({base::Fd(ends[1]), {}});
    CHECK(here.read(buffer).value() == 0);
    std::string one = "one ";
    std::string two = "two";
    const iovec parts[] = {{one.data(), one.size()}, {two.data(), two.size()}};
    CHECK(there.write(parts).value() == 7);
    const auto got = here.read(buffer);
    CHECK(std::string(buffer.data(), *got) == "one two");
  }
  CHECK(here.read(buffer).error().code == Code::Unavailable);
  iovec part{buffer.data(), 1};
  CHECK(here.write({&part, 1}).error().code == Code::Unavailable);
}

TEST_CASE("messages name the options of the socket") {
  const net::ListenSettings admin{.address = "localhost", .options = "admin"};
  CHECK(net::checkAddress(admin).error().text == "admin.address: expected a numeric address, got \"localhost\"");
  for (const auto* good : {"", "127.0.0.1", "::1"}) CHECK(net::checkAddress({.address = good}));
  const auto first = listenOn({.address = "127.0.0.1", .share = false});
  const auto second =
      listenOn({.address = "127.0.0.1", .options = "admin", .port = net::localPort(first->get()), .share = false});
  CHECK(second.error().text.find("choose another admin.port") != std::string::npos);
}

TEST_CASE("connections inherit what their listener was set to") {
  const auto fd = listenOn({.address = "127.0.0.1", .send_buffer = 64 << 10, .user_timeout_ms = 12'345});
  REQUIRE(fd.ok());
  const base::Fd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(net::localPort(fd->get()));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  pollfd wait{fd->get(), POLLIN, 0};
  REQUIRE(::poll(&wait, 1, 10'000) == 1);
  const base::Fd connection(::accept(fd->get(), nullptr, nullptr));
  const auto value = [&](int level, int name) {
    int got = 0;
    socklen_t size = sizeof got;
    REQUIRE(::getsockopt(connection.get(), level, name, &got, &size) == 0);
    return got;
  };
  CHECK(value(IPPROTO_TCP, TCP_NODELAY) == 1);
  CHECK(value(IPPROTO_TCP, TCP_USER_TIMEOUT) == 12'345);
  CHECK(value(SOL_SOCKET, SO_SNDBUF) == 128 << 10);
}
