#include "transport/relay/relay.h"

#include <doctest/doctest.h>

#include "relay_world.h"

using namespace sse;
using namespace std::chrono_literals;
using conformance::PollLoop;
using test::Node;

TEST_CASE("events of either node arrive at the other once and in order") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  connect(loop, a, b);
  a.ready();
  b.ready();
  for (int i = 0; i < 2000; ++i) a.publish("a" + std::to_string(i));
  b.publish("from b");
  REQUIRE(loop.runUntil([&] { return b.has("a1999") && a.has("from b"); }));
  const auto entries = b.host.journal().entries();
  CHECK(std::is_sorted(entries.begin(), entries.end(),
                       [](const auto& x, const auto& y) { return x.id.origin == y.id.origin && x.id < y.id; }));
  CHECK(b.host.journal().entries().size() == 2001);
  CHECK(a.repeats + b.repeats == 0);
  CHECK(b.host.metrics().counter("sse_relay_events_received_total", "").value() == 2000);
  CHECK(a.host.metrics().counter("sse_relay_events_sent_total", "").value() == 2000);
}

TEST_CASE("what was published while a link was broken arrives when it is back") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  connect(loop, a, b);
  a.ready();
  b.ready();
  a.publish("before");
  REQUIRE(loop.runUntil([&] { return b.has("before"); }));
  b.remove(a);
  REQUIRE(loop.runUntil([&] { return b.host.metrics().gauge("sse_relay_links", "").value() == 1; }));
  a.publish("meanwhile");
  b.add(a);
  REQUIRE(loop.runUntil([&] { return b.has("meanwhile"); }));
  CHECK(b.count("before") == 1);
  CHECK(b.repeats == 0);
}

TEST_CASE("a peer that was quiet before the link broke is read from where it stood") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  connect(loop, a, b);
  a.ready();
  b.ready();
  loop.skip(5min);  // nobody is young any more
  b.remove(a);
  loop.turn();
  a.publish("first");
  b.add(a);
  REQUIRE(loop.runUntil([&] { return b.has("first"); }));
}

TEST_CASE("events that are no longer kept become a hole") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  connect(loop, a, b);
  a.ready();
  b.ready();
  a.publish("1");
  REQUIRE(loop.runUntil([&] { return b.has("1"); }));
  b.remove(a);
  REQUIRE(loop.runUntil([&] { return b.host.metrics().gauge("sse_relay_links", "").value() == 1; }));
  for (const auto* body : {"2", "3", "4"}) a.publish(body);
  a.host.journal().forget(3);
  b.add(a);
  REQUIRE(loop.runUntil([&] { return b.has("4"); }));
  CHECK(b.host.journal().bodies() == std::vector<std::string>{"data: 1\n", "hole aaaa0000 3", "data: 4\n"});
  CHECK(b.host.metrics().counter("sse_relay_holes_total", "").value() == 1);
}

TEST_CASE("events kept among lost ones arrive before the hole that tells of those") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  connect(loop, a, b);
  b.remove(a);
  REQUIRE(loop.runUntil([&] { return b.host.metrics().gauge("sse_relay_links", "").value() == 1; }));
  for (const auto* body : {"1", "2", "3", "4", "5"}) a.publish(body);
  a.host.journal().drop(2);
  a.host.journal().drop(4);
  b.add(a);
  REQUIRE(loop.runUntil([&] { return b.has("5"); }));
  CHECK(b.host.journal().bodies() ==
        std::vector<std::string>{"data: 1\n", "data: 3\n", "hole aaaa0000 4", "data: 5\n"});
}

TEST_CASE("an address that leads back is found out and left alone") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  a.add(a);
  REQUIRE(loop.runUntil([&] { return a.link(a).state == LinkChanged::State::Self; }));
  loop.skip(1min);
  for (int i = 0; i < 20; ++i) loop.turn();
  CHECK(a.host.metrics().counter("sse_relay_reconnects_total", "").value() == 0);
}

TEST_CASE("two addresses of one process are one link, and the second takes over from the first") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  b.add(a);
  REQUIRE(loop.runUntil([&] { return b.filledFrom(a); }));
  b.add(a.port(), "localhost");
  const auto second = "localhost:" + std::to_string(a.port());
  REQUIRE(loop.runUntil([&] { return b.link(second).state == LinkChanged::State::Connected; }));
  a.publish("once");
  REQUIRE(loop.runUntil([&] { return b.has("once"); }));
  CHECK(b.repeats == 0);
  b.remove(a);
  a.publish("again");
  REQUIRE(loop.runUntil([&] { return b.has("again"); }));
  CHECK(b.repeats == 0);
}

TEST_CASE("a server that is no relay is told and retried slowly") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  a.listener.answer = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n";
  b.add(a);
  REQUIRE(loop.runUntil([&] { return b.link(a).state == LinkChanged::State::Broken; }));
  CHECK(b.link(a).reason.find("502 Bad Gateway") != std::string::npos);
  CHECK(b.host.log().lines("relay-link-failed").size() == 1);
  a.listener.answer = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
  loop.skip(4s);
  for (int i = 0; i < 20; ++i) loop.turn();
  CHECK(b.link(a).state == LinkChanged::State::Broken);
  loop.skip(7s);
  REQUIRE(loop.runUntil([&] { return b.filledFrom(a); }));
}

TEST_CASE("a peer that cannot be reached is dialed again until it can, and logged once") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  a.listener.refuse();
  b.add(a);
  auto& redials = b.host.metrics().counter("sse_relay_reconnects_total", "");
  REQUIRE(loop.runUntil([&] { return redials.value() >= 2; }));
  CHECK(b.host.log().lines("relay-link-failed").size() == 1);
  a.listener.listen();
  REQUIRE(loop.runUntil([&] { return b.filledFrom(a); }));
}

TEST_CASE("a node whose auth asks for credentials links with nobody who proves nothing") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node stranger(loop, "stranger", "bbbb");
  a.host.info().guarded = true;
  a.publish("private");
  stranger.publish("evil");
  stranger.add(a);
  a.add(stranger);
  const auto broken = [](Node& from, Node& to) { return from.link(to).state == LinkChanged::State::Broken; };
  REQUIRE(loop.runUntil([&] { return broken(stranger, a) && broken(a, stranger); }));
  CHECK(stranger.link(a).reason.find("the peer refused: auth asks for credentials") == 0);
  CHECK(a.link(stranger).reason.find("refused: auth asks for credentials") == 0);
  CHECK(!stranger.has("private"));
  CHECK(!a.has("evil"));
}

TEST_CASE("nodes whose auth asks for credentials link by their secret") {
  PollLoop loop;
  Node a(loop, "a", "aaaa", "one");
  Node b(loop, "b", "bbbb", "one");
  a.host.info().guarded = b.host.info().guarded = true;
  connect(loop, a, b);
  a.publish("1");
  REQUIRE(loop.runUntil([&] { return b.has("1"); }));
}

TEST_CASE("checkpoints follow the traffic and a peer can be asked for one") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  connect(loop, a, b);
  a.publish("1");
  REQUIRE(loop.runUntil([&] { return b.has("1"); }));
  loop.skip(300ms);
  REQUIRE(loop.runUntil([&] { return b.host.journal().checkpointOf(a.host.node().tag, 1).has_value(); }));
  const auto dead = conformance::tagOf("dead");
  b.host.journal().keepCheckpoint({dead, 5, {{dead, 5}}});
  a.host.bus().publish(CheckpointWanted{dead, 9});
  REQUIRE(loop.runUntil([&] { return a.host.journal().checkpointOf(dead, 9).has_value(); }));
  CHECK(a.unknown->empty());
  a.host.bus().publish(CheckpointWanted{dead, 4});
  REQUIRE(loop.runUntil([&] { return a.unknown->size() == 1; }));
  CHECK(a.unknown->back().position == 4);
}

TEST_CASE("without peers a wanted checkpoint is unknown at once") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  a.host.bus().publish(CheckpointWanted{conformance::tagOf("dead"), 9});
  REQUIRE(loop.runUntil([&] { return a.unknown->size() == 1; }));
}
