#include <doctest/doctest.h>

#include "relay_world.h"
#include "transport/relay/relay.h"

using namespace sse;
using namespace std::chrono_literals;
using conformance::PollLoop;
using test::connect;
using test::Node;

TEST_CASE("nodes with the same secret link and nodes with another do not") {
  PollLoop loop;
  Node a(loop, "a", "aaaa", "one");
  Node same(loop, "same", "bbbb", "one");
  Node other(loop, "other", "cccc", "two");
  Node none(loop, "none", "dddd");
  connect(loop, a, same);
  const auto refused = [](Node& from, Node& to) {
    return from.link(to).state == LinkChanged::State::Broken && from.link(to).reason.find("cluster.secret") < 40;
  };
  other.add(a);
  none.add(a);
  a.add(none);
  REQUIRE(loop.runUntil([&] { return refused(other, a) && refused(none, a) && refused(a, none); }));
  CHECK(other.link(a).reason == "refused: cluster.secret differs");
  CHECK(none.link(a).reason == "the peer refused: cluster.secret is set here and not there");
  CHECK(a.link(none).reason == "refused: cluster.secret is set on one side only");
  CHECK(!a.host.log().lines("relay-refused").empty());
  a.publish("private");
  REQUIRE(loop.runUntil([&] { return same.has("private"); }));
  CHECK(!other.has("private"));
  CHECK(!none.has("private"));
}

TEST_CASE("a node with a secret that dials itself is refused by nobody") {
  PollLoop loop;
  Node a(loop, "a", "aaaa", "one");
  a.add(a);
  REQUIRE(loop.runUntil([&] { return a.link(a).state == LinkChanged::State::Self; }));
  CHECK(!loop.runUntil([&] { return !a.host.log().lines("relay-refused").empty(); }, 300ms));
}

TEST_CASE("another secret is told by the side that is dialed, though it dials itself as well") {
  PollLoop loop;
  Node a(loop, "a", "aaaa", "one");
  Node other(loop, "other", "cccc", "two");
  a.add(a);
  REQUIRE(loop.runUntil([&] { return a.link(a).state == LinkChanged::State::Self; }));
  other.add(a);
  REQUIRE(loop.runUntil([&] { return !a.host.log().lines("relay-refused").empty(); }));
  auto told = a.host.log().lines("relay-refused");
  CHECK(told[0].fields["reason"] == "the peer refused: cluster.secret differs");
}

TEST_CASE("a reload with wrong original nodes is refused") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  const auto wrong = a.relay.reload(test::relaySettings(R"(["nonsense"])"));
  REQUIRE(!wrong.ok());
  CHECK(wrong.error().text == "relay.original_nodes: expected numeric addresses or *, got \"nonsense\"");
  CHECK(a.relay.reload(test::relaySettings(R"(["127.0.0.9"])")).ok());
}
