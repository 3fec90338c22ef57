#include "transport/relay/relay.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <set>
#include <thread>

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
    CHECK(reached == std::vector<Identity>{{a.host.node().tag, 1}, {b.host.node().tag, 1}});
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
