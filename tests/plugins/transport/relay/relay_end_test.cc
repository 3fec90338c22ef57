#include <algorithm>
#include <doctest/doctest.h>
#include <set>
#include <thread>

#include "relay_world.h"
#include "transport/relay/relay.h"

using namespace sse;
using namespace std::chrono_literals;
using conformance::PollLoop;
using test::Node;

namespace {

using Acknowledgements = std::shared_ptr<std::vector<PeersAcknowledged>>;

bool reached(const Acknowledgements& told, std::uint64_t position) {
  return !told->empty() && told->back().position >= position;
}

}  // namespace

TEST_CASE("what every peer has is acknowledged, and at once where there is none") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  const auto acknowledged = a.host.bus().record<PeersAcknowledged>();
  a.publish("alone");
  REQUIRE(loop.runUntil([&] { return !acknowledged->empty() && acknowledged->back().position == 1; }));
  connect(loop, a, b);
  for (int i = 0; i < 1000; ++i) a.publish("x");
  CHECK(acknowledged->back().position < 1001);
  REQUIRE(loop.runUntil([&] { return acknowledged->back().position == 1001; }));
  CHECK(b.host.journal().entries().size() == 1001);
}

TEST_CASE("a peer that is there and does not read this node yet is waited for, but not for ever") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  a.add(b);
  REQUIRE(loop.runUntil([&] { return a.filledFrom(b); }));
  const auto acknowledged = a.host.bus().record<PeersAcknowledged>();
  SUBCASE("it comes") {
    a.publish("x");
    CHECK(!loop.runUntil([&] { return reached(acknowledged, 1); }, 600ms));
    b.add(a);
    REQUIRE(loop.runUntil([&] { return reached(acknowledged, 1); }));
    CHECK(b.has("x"));
  }
  SUBCASE("it never comes") {
    a.publish("x");
    loop.skip(15s);
    REQUIRE(loop.runUntil([&] { return reached(acknowledged, 1); }));
    CHECK(!b.has("x"));
  }
}

TEST_CASE("a peer that stops reading is waited for while it is there") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  connect(loop, a, b);
  const auto acknowledged = a.host.bus().record<PeersAcknowledged>();
  b.remove(a);
  REQUIRE(loop.runUntil([&] { return !a.host.log().lines("relay-feed-ended").empty(); }));
  a.publish("x");
  CHECK(!loop.runUntil([&] { return reached(acknowledged, 1); }, 600ms));
  b.add(a);
  REQUIRE(loop.runUntil([&] { return reached(acknowledged, 1); }));
  CHECK(b.has("x"));
}

TEST_CASE("what the nodes of all live links say to have is told, and nothing where one has not said a word") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  Node c(loop, "c", "cccc");
  const auto held = a.host.bus().record<PeersHold>();
  const auto number = [&](const Node& origin) -> std::uint64_t {
    if (held->empty()) return 0;
    const auto found = std::ranges::find(held->back().highest, origin.tag(), &Identity::origin);
    return found == held->back().highest.end() ? 0 : found->number;
  };
  connect(loop, a, b);
  b.publish("first");
  REQUIRE(loop.runUntil([&] { return number(b) == 1; }));
  b.add(c);
  c.add(b);
  c.add(a);
  REQUIRE(loop.runUntil([&] { return number(b) == 0; }));
  b.publish("second");
  CHECK(!loop.runUntil([&] { return number(b) > 0; }, 800ms));
  CHECK(c.has("second"));
  a.add(c);
  REQUIRE(loop.runUntil([&] { return number(b) == 2; }));
}

TEST_CASE("a peer that comes back is dialed at once, however long it was away") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  a.listener.refuse();
  b.add(a);
  auto& redials = b.host.metrics().counter("sse_relay_reconnects_total", "");
  for (std::uint64_t tries = 1; tries <= 9; ++tries) {
    loop.skip(10s);
    REQUIRE(loop.runUntil([&] { return redials.value() >= tries; }));
  }
  CHECK(!loop.runUntil([&] { return redials.value() > 9; }, 100ms));
  const auto before = redials.value();
  a.listener.listen();
  a.add(b);
  REQUIRE(loop.runUntil([&] { return b.filledFrom(a); }, 3s));
  CHECK(redials.value() <= before + 1);
}

TEST_CASE("a peer's age is told by both its links") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  loop.skip(90s);
  Node b(loop, "b", "bbbb");
  connect(loop, a, b);
  REQUIRE(loop.runUntil([&] { return !a.link("").name.empty() && !b.link("").name.empty(); }));
  for (const auto& told : {b.link(a), b.link("")}) {
    REQUIRE(told.older_by);
    CHECK(*told.older_by > 80s);
  }
  for (const auto& told : {a.link(b), a.link("")}) {
    REQUIRE(told.older_by);
    CHECK(*told.older_by < -80s);
  }
}

TEST_CASE("a peer that does not prove itself is not taken at its word") {
  PollLoop loop;
  Node a(loop, "a", "aaaa", "one");
  Node b(loop, "b", "bbbb", "another");
  a.add(b);
  REQUIRE(loop.runUntil([&] { return a.link(b).state == LinkChanged::State::Broken; }));
  CHECK(a.link(b).reason == "refused: cluster.secret differs");
  CHECK(a.link(b).name.empty());
  CHECK(a.link(b).tag == Tag{});
}

TEST_CASE("an address that led to a process known already is read when it leads to another one") {
  PollLoop loop;
  Node a(loop, "a", "aaaa", "secret");
  Node b(loop, "b", "bbbb", "secret");
  Node c(loop, "c", "cccc", "secret");
  auto known = LinkChanged::State::Connected;
  SUBCASE("a peer") { c.attach(&a.relay); }
  SUBCASE("this node") {
    c.attach(&b.relay);
    known = LinkChanged::State::Self;
  }
  connect(loop, a, b);
  b.add(c);
  REQUIRE(loop.runUntil([&] { return b.link(c).state == known; }));
  for (int i = 0; i < 4; ++i) {
    loop.skip(4s);
    for (int turn = 0; turn < 20; ++turn) loop.turn();
  }
  for (auto* node : {&a, &b}) {
    CHECK(node->host.log().lines("relay-refused").empty());
    CHECK(node->host.log().lines("relay-feed-ended").empty());
  }
  CHECK(b.host.metrics().counter("sse_relay_reconnects_total", "").value() == 0);
  c.attach(&c.relay);
  c.publish("of c");
  loop.skip(10s);
  REQUIRE(loop.runUntil([&] { return b.has("of c"); }, 3s));
}

TEST_CASE("an address that led to a peer is asked at once when somebody there begins to read this node") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  Node c(loop, "c", "cccc");
  c.attach(&a.relay);
  connect(loop, a, b);
  b.add(c);
  REQUIRE(loop.runUntil([&] { return b.filledFrom(c); }));
  c.attach(&c.relay);
  c.publish("of c");
  c.add(b);
  REQUIRE(loop.runUntil([&] { return b.has("of c"); }, 3s));
}

TEST_CASE("an address that led back to this node and is silent now is no broken link") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  a.add(a);
  REQUIRE(loop.runUntil([&] { return a.link(a).state == LinkChanged::State::Self; }));
  a.listener.refuse();
  for (int i = 0; i < 2; ++i) {
    loop.skip(11s);
    for (int turn = 0; turn < 20; ++turn) loop.turn();
  }
  CHECK(a.link(a).state == LinkChanged::State::Self);
}

TEST_CASE("a peer that went silent is given up after 15 seconds") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  connect(loop, a, b);
  const auto before = a.host.log().lines("relay-link-lost").size();
  for (int i = 0; i < 20; ++i) {  // heartbeats keep an idle link alive
    loop.skip(2s);
    for (int turn = 0; turn < 5; ++turn) loop.turn();
  }
  CHECK(a.host.log().lines("relay-link-lost").size() == before);
  loop.skip(20s);  // now the clock of both jumps over the limit
  REQUIRE(loop.runUntil([&] { return a.host.log().lines("relay-link-lost").size() > before; }));
  REQUIRE(loop.runUntil([&] { return a.filledFrom(b) && b.filledFrom(a); }));
}

TEST_CASE("a stopping node hands over everything and a last checkpoint") {
  PollLoop loop_a;
  PollLoop loop_b;
  Node a(loop_a, "a", "aaaa");
  Node b(loop_b, "b", "bbbb");
  b.add(a);
  REQUIRE(loop_b.runUntil([&] {
    loop_a.turn();
    return b.filledFrom(a);
  }));
  for (int i = 0; i < 3000; ++i) a.publish(std::string(1000, 'x'));
  a.publish("last");
  bool broken = false;
  std::thread other([&] {
    broken = loop_b.runUntil([&] { return b.link(a).state == LinkChanged::State::Broken && b.has("last"); });
  });
  a.stop();
  other.join();
  CHECK(broken);
  CHECK(b.link(a).reason == "the peer closed: the node is leaving");
  const auto checkpoint = b.host.journal().checkpointOf(a.host.node().tag, 9999);
  REQUIRE(checkpoint.has_value());
  CHECK(checkpoint->position == 3001);
}

TEST_CASE("the position at which streams end is known to peers at once") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  connect(loop, a, b);
  const auto heard = b.host.bus().record<CheckpointReceived>();
  const auto before = heard->size();
  a.host.bus().publish(StreamsEnding{{a.host.node().tag, 7, {{conformance::tagOf("cccc"), 5}}}});
  REQUIRE(loop.runUntil([&] { return heard->size() > before; }));
  const auto& checkpoint = heard->back().checkpoint;
  CHECK(checkpoint.node == a.host.node().tag);
  CHECK(checkpoint.position == 7);
  REQUIRE(checkpoint.highest.size() == 1);
  CHECK(checkpoint.highest[0].number == 5);
}

TEST_CASE("a large event goes through") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  connect(loop, a, b);
  const std::string large(5'000'000, 'x');
  a.publish(large);
  a.publish("after");
  REQUIRE(loop.runUntil([&] { return b.has("after"); }));
  CHECK(b.has(large));
}
