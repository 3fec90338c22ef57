#include <doctest/doctest.h>
#include <random>
#include <sys/socket.h>

#include "relay_world.h"
#include "sse/socket_stream.h"
#include "transport/relay/wire.h"

using namespace sse;
using namespace std::chrono_literals;
using conformance::PollLoop;
using test::Node;

namespace {

/// A connection to a node's relay whose other end is the test's.
int stranger(Node& node, std::string received = {}) {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
  node.relay.accept({"sse-relay/1", "192.0.2.1", std::move(received), std::make_unique<SocketStream>(ends[0])});
  return ends[1];
}

bool closedByNode(PollLoop& loop, int fd) {
  return loop.runUntil([fd] {
    char buffer[65536];
    for (;;) {
      const auto got = ::recv(fd, buffer, sizeof(buffer), 0);
      if (got == 0 || (got < 0 && errno == ECONNRESET)) return true;
      if (got < 0) return false;
    }
  });
}

std::string hello() {
  relay::Hello hello;
  hello.tag = conformance::tagOf("evil");
  hello.name = "evil";
  std::string bytes;
  relay::encode(bytes, hello);
  return bytes;
}

std::uint64_t refused(Node& node) { return node.host.metrics().counter("sse_relay_frames_refused_total", "").value(); }

}  // namespace

TEST_CASE("bytes that are no frame close the connection and are counted") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  std::uint64_t expected = 0;
  std::string ack;
  relay::encode(ack, relay::Ack{1, 1});
  for (const auto& bytes : {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(64, '\0'), ack, hello() + hello(),
                            hello() + std::string("\xff\xff\xff\xff\5", 5)}) {
    const int fd = stranger(a, bytes);
    CHECK(closedByNode(loop, fd));
    CHECK(refused(a) == ++expected);
    ::close(fd);
  }
}

TEST_CASE("a large frame before the greeting is refused by its head alone") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  const int fd = stranger(a, std::string("\0\0\1\0\1", 5));
  CHECK(closedByNode(loop, fd));
  ::close(fd);
}

TEST_CASE("who reads a node has small frames, and none that only feeders send, by their heads alone") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  std::uint64_t expected = 0;
  for (const auto& head :
       {std::string("\1\0\1\0\14", 5), std::string("\1\0\0\0\5", 5), std::string("\1\0\0\0\15", 5)}) {
    const int fd = stranger(a, hello() + head);
    CHECK(closedByNode(loop, fd));
    CHECK(refused(a) == ++expected);
    ::close(fd);
  }
  const int fd = stranger(a, hello() + std::string("\0\0\1\0\14", 5) + std::string(60'000, '\0'));
  for (int i = 0; i < 20; ++i) loop.turn();
  CHECK(refused(a) == expected);
  CHECK(a.host.metrics().gauge("sse_relay_input_bytes", "").value() < 256 * 1024);
  ::close(fd);
  CHECK(loop.runUntil([&] { return a.host.metrics().gauge("sse_relay_input_bytes", "").value() == 0; }));
}

TEST_CASE("unfinished frames of all peers together are bounded") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  auto& input = b.host.metrics().gauge("sse_relay_input_bytes", "");
  input.add(relay::Link::kMaxInput - 100'000);
  b.add(a);
  REQUIRE(loop.runUntil([&] { return b.filledFrom(a); }));
  const std::string large(2'000'000, 'x');
  a.publish(large);
  REQUIRE(loop.runUntil([&] { return b.link(a).state == LinkChanged::State::Broken; }));
  CHECK(b.link(a).reason == "too many unfinished frames of all peers together");
  CHECK(input.value() == relay::Link::kMaxInput - 100'000);
  CHECK_FALSE(b.has(large));
  input.set(0);
  REQUIRE(loop.runUntil([&] { return b.has(large); }));
  CHECK(loop.runUntil([&] { return input.value() < 1'000'000; }));
}

TEST_CASE("random bytes after a good greeting do no harm") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    auto bytes = hello();
    relay::encode(bytes, relay::Want{Scope::Own, random()});
    for (int i = 0; i < 64; ++i) bytes.push_back(static_cast<char>(random() % 20));
    const int fd = stranger(a, bytes);
    loop.turn();
    ::close(fd);
  }
  CHECK(loop.runUntil([&] { return a.host.metrics().gauge("sse_relay_links", "").value() == 0; }));
}

TEST_CASE("a stranger that says nothing is closed after the time limit") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  const int fd = stranger(a);
  loop.turn();
  loop.skip(11s);
  CHECK(closedByNode(loop, fd));
  ::close(fd);
  CHECK(a.host.log().lines("relay-refused").size() == 1);
}

TEST_CASE("strangers that say nothing give way, the oldest first, and shut nobody out") {
  PollLoop loop;
  Node a(loop, "a", "aaaa", "between us");
  Node b(loop, "b", "bbbb", "between us");
  std::vector<int> strangers;
  for (int i = 0; i < 300; ++i) {
    strangers.push_back(stranger(a));
    if (i % 16 == 0) loop.turn();
  }
  const auto& refusals = a.host.metrics().counter("sse_relay_refused_total", "");
  CHECK(refusals.value() == 300 - 64);
  CHECK(closedByNode(loop, strangers[235]));
  b.add(a);
  REQUIRE(loop.runUntil([&] { return b.filledFrom(a); }, 3s));
  for (int i = 0; i < 100; ++i) strangers.push_back(stranger(a));
  a.publish("x");
  REQUIRE(loop.runUntil([&] { return b.has("x"); }));
  for (const int fd : strangers) ::close(fd);
  CHECK(loop.runUntil([&] { return refusals.value() == 400; }));
}

TEST_CASE("a greeting that comes a byte at a time is a greeting") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  const int fd = stranger(a);
  auto bytes = hello();
  relay::encode(bytes, relay::Want{Scope::Own, 0});
  for (const char byte : bytes) {
    CHECK(::send(fd, &byte, 1, 0) == 1);
    loop.turn();
  }
  CHECK(loop.runUntil([&] { return a.host.metrics().gauge("sse_relay_links", "").value() == 1; }));
  ::close(fd);
}

TEST_CASE("a peer that stops reading holds one batch, not the backlog") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  auto bytes = hello();
  relay::encode(bytes, relay::Want{Scope::Own, 0});
  const int fd = stranger(a, bytes);
  REQUIRE(loop.runUntil([&] { return a.host.log().lines("relay-feed-begun").size() == 1; }));
  for (int i = 0; i < 5000; ++i) a.publish(std::string(1000, 'x'));
  const auto& sent = a.host.metrics().counter("sse_relay_events_sent_total", "");
  loop.turn();
  const auto before = sent.value();
  for (int i = 0; i < 50; ++i) loop.turn();
  CHECK(sent.value() == before);
  CHECK(before < 2500);
  ::close(fd);
}

TEST_CASE("a peer of another version is told so") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  relay::Hello theirs;
  theirs.version = 9;
  theirs.tag = conformance::tagOf("evil");
  std::string bytes;
  relay::encode(bytes, theirs);
  const int fd = stranger(a, bytes);
  std::string got;
  CHECK(loop.runUntil([&] {
    char buffer[4096];
    const auto size = ::recv(fd, buffer, sizeof(buffer), 0);
    if (size > 0) got.append(buffer, static_cast<std::size_t>(size));
    return size == 0;
  }));
  CHECK(got.find("expected relay version 1, got 9") != std::string::npos);
  ::close(fd);
}
