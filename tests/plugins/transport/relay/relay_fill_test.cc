#include <algorithm>
#include <doctest/doctest.h>
#include <set>
#include <utility>

#include "relay_world.h"
#include "transport/relay/relay.h"

using namespace sse;
using namespace std::chrono_literals;
using conformance::PollLoop;
using test::Node;

TEST_CASE("a new node takes everything from one peer and only the rest from the others") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  connect(loop, a, b);
  a.ready();
  b.ready();
  a.publish("a1");
  b.publish("b1");
  REQUIRE(loop.runUntil([&] { return a.has("b1") && b.has("a1"); }));
  const auto dead = conformance::tagOf("dead");
  a.host.journal().keepCheckpoint({dead, 7, {{dead, 7}}});
  b.host.journal().keepCheckpoint({dead, 7, {{dead, 7}}});
  Node c(loop, "c", "cccc");
  c.add(a);
  c.add(b);
  REQUIRE(loop.runUntil([&] { return c.filledFrom(a) && c.filledFrom(b); }));
  CHECK(c.has("a1"));
  CHECK(c.has("b1"));
  CHECK(c.repeats == 0);
  CHECK(c.host.journal().checkpointOf(dead, 8).has_value());
  b.publish("b2");
  a.publish("a2");
  REQUIRE(loop.runUntil([&] { return c.has("b2") && c.has("a2"); }));
  CHECK(c.repeats == 0);
}

TEST_CASE("what a donor lost makes no hole at the node that fills from it") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  connect(loop, a, b);
  a.ready();
  b.publish("b1");
  REQUIRE(loop.runUntil([&] { return a.has("b1"); }));
  for (const auto* body : {"a2", "a3", "a4"}) a.publish(body);
  a.host.journal().forget(3);
  Node c(loop, "c", "cccc");
  c.add(a);
  REQUIRE(loop.runUntil([&] { return c.filledFrom(a); }));
  CHECK(c.host.journal().bodies() == std::vector<std::string>{"data: a4\n"});
  CHECK(c.host.metrics().counter("sse_relay_holes_total", "").value() == 0);
}

TEST_CASE("a new node learns before it is filled what cannot be had at its donor") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  connect(loop, a, b);
  a.ready();
  b.publish("b1");
  REQUIRE(loop.runUntil([&] { return a.has("b1"); }));
  const std::vector<Identity> lost{{conformance::tagOf("dead"), 3}};
  a.host.journal().setFloors(lost, 3000);
  Node c(loop, "c", "cccc");
  std::size_t at_fill = 0;
  const auto link = c.host.bus().subscribe<LinkChanged>([&](const LinkChanged& changed) {
    if (changed.filled) at_fill = c.floors->size();
  });
  c.add(a);
  REQUIRE(loop.runUntil([&] { return c.filledFrom(a); }));
  std::set<std::string> channels;
  for (const auto& part : *c.floors) {
    auto reached = part.floors.reached;
    std::ranges::sort(reached);
    CHECK(reached == std::vector<Identity>{{a.host.node().tag, 0}, {b.host.node().tag, 1}});
    CHECK(part.floors.everywhere == lost);
    for (const auto& [channel, floors] : part.floors.channels) {
      CHECK(floors == lost);
      CHECK(channels.insert(channel).second);
    }
  }
  CHECK(channels.size() == 3000);
  CHECK(c.floors->size() == 3);
  CHECK(at_fill == 3);
}

TEST_CASE("a new node learns how far its fill went though nothing is lost") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  a.ready();
  a.publish("1");
  Node c(loop, "c", "cccc");
  c.add(a);
  REQUIRE(loop.runUntil([&] { return c.filledFrom(a); }));
  REQUIRE(c.floors->size() == 1);
  CHECK(c.floors->front().floors.reached == std::vector<Identity>{{a.host.node().tag, 1}});
  CHECK(c.floors->front().floors.everywhere.empty());
  CHECK(c.floors->front().floors.channels.empty());
}

TEST_CASE("what falls away while a fill runs is in its floors") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  a.ready();
  const std::string large(1 << 20, 'x');
  for (int i = 0; i < 40; ++i) a.publish(large);
  Node c(loop, "c", "cccc");
  const std::vector<Identity> lost{{a.host.node().tag, 39}};
  const auto first = c.host.bus().subscribe<PeerEvents>([&](const PeerEvents&) {
    a.host.journal().forget(39);
    a.host.journal().setFloors(lost, 0);
  });
  c.add(a);
  REQUIRE(loop.runUntil([&] { return c.filledFrom(a); }));
  CHECK(c.host.journal().entries().size() < 40);
  REQUIRE(c.floors->size() == 1);
  CHECK(c.floors->front().floors.everywhere == lost);
}

TEST_CASE("a node that became ready before its fill has ended fills nobody") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  a.ready();
  const std::string large(1 << 20, 'x');
  for (int i = 0; i < 40; ++i) a.publish(large);
  Node c(loop, "c", "cccc");
  Node d(loop, "d", "dddd");
  bool begun = false;
  const auto first = c.host.bus().subscribe<PeerEvents>([&](const PeerEvents&) {
    if (std::exchange(begun, true)) return;
    c.ready();
    d.add(c);
  });
  c.add(a);
  REQUIRE(loop.runUntil([&] { return d.filledFrom(c) && c.filledFrom(a); }));
  CHECK(d.host.journal().bodies().empty());
  d.add(a);
  REQUIRE(loop.runUntil([&] { return d.filledFrom(a); }));
  CHECK(d.host.journal().bodies().size() == 40);
}

TEST_CASE("a donor that dies is replaced by the next") {
  PollLoop loop;
  Node c(loop, "c", "cccc");
  Node b(loop, "b", "bbbb");
  b.ready();
  b.publish("b1");
  {
    Node a(loop, "a", "aaaa");
    a.ready();
    a.publish("a1");
    c.add(a);
    REQUIRE(loop.runUntil([&] { return c.link(a).state == LinkChanged::State::Connected; }));
    c.add(b);
    a.listener.refuse();
  }
  REQUIRE(loop.runUntil([&] { return c.has("b1"); }));
}

TEST_CASE("a node tells when a fill begins, breaks and ends, before it counts as filled, and what belongs to it") {
  PollLoop loop;
  Node c(loop, "c", "cccc");
  Node b(loop, "b", "bbbb");
  using State = FillChanged::State;
  std::vector<State> told;
  std::size_t outside = 0;
  const auto fills = c.host.bus().subscribe<FillChanged>([&](const FillChanged& change) {
    told.push_back(change.state);
    CHECK(change.donor == (told.size() < 3 ? conformance::tagOf("aaaa") : b.tag()));
  });
  const auto links = c.host.bus().subscribe<LinkChanged>([&](const LinkChanged& link) {
    if (link.filled) CHECK(told.back() == State::Ended);
  });
  {
    Node a(loop, "a", "aaaa");
    a.ready();
    const std::string large(1 << 20, 'x');
    for (int i = 0; i < 40; ++i) a.publish(large);
    const auto events = c.host.bus().subscribe<PeerEvents>([&](const PeerEvents& message) {
      outside += message.fill ? 0 : 1;
      a.listener.refuse();
    });
    c.add(a);
    REQUIRE(loop.runUntil([&] { return !c.journal().bodies().empty(); }));
  }
  b.ready();
  b.publish("b1");
  c.add(b);
  REQUIRE(loop.runUntil([&] { return c.filledFrom(b); }));
  CHECK(told == std::vector<State>{State::Begun, State::Broken, State::Begun, State::Ended});
  CHECK(outside == 0);
}

TEST_CASE("a node that became ready alone is filled by the first that it meets") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  a.ready();
  b.ready();
  a.publish("old");
  loop.turn();
  loop.skip(5min);
  b.add(a);
  REQUIRE(loop.runUntil([&] { return b.filledFrom(a); }));
  a.publish("new");
  REQUIRE(loop.runUntil([&] { return b.has("new"); }));
  CHECK(b.host.journal().bodies() == std::vector<std::string>{"data: old\n", "data: new\n"});
  CHECK(b.holes.empty());
}

TEST_CASE("two nodes that became ready alone and meet late wait for nobody and have what both published") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  for (auto* node : {&a, &b}) {
    node->ready();
    node->publish("old");
  }
  loop.turn();
  loop.skip(5min);
  connect(loop, a, b);
  REQUIRE(loop.runUntil([&] { return a.count("old") == 2 && b.count("old") == 2; }));
  a.publish("from a");
  b.publish("from b");
  REQUIRE(loop.runUntil([&] { return a.has("from b") && b.has("from a"); }));
}

TEST_CASE(
    "a node that published nothing gives what it took from others, and nobody can have missed an event of its own") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node b(loop, "b", "bbbb");
  Node c(loop, "c", "cccc");
  a.ready();
  c.ready();
  a.publish("old");
  b.add(a);
  REQUIRE(loop.runUntil([&] { return b.filledFrom(a) && b.has("old"); }));
  b.ready();
  loop.turn();
  loop.skip(5min);
  std::vector<FillChanged> fills;
  const auto told = c.host.bus().subscribe<FillChanged>([&](const FillChanged& change) { fills.push_back(change); });
  c.add(b);
  REQUIRE(loop.runUntil([&] { return c.filledFrom(b); }));
  REQUIRE(fills.size() == 2);
  CHECK(fills[0].young);
  b.publish("new");
  REQUIRE(loop.runUntil([&] { return c.has("new"); }));
  CHECK(c.host.journal().bodies() == std::vector<std::string>{"data: old\n", "data: new\n"});
}
