#include "cluster/cluster.h"

#include <doctest/doctest.h>

#include "sse/conformance/fake_host.h"
#include "sse/conformance/fake_loop.h"

using namespace sse;
using namespace std::chrono_literals;
using sse::cluster::Checkpoints;
using sse::cluster::Cluster;
using sse::conformance::tagOf;

namespace {

struct World {
  conformance::FakeLoop loop;
  conformance::FakeHost host{loop, "self", "self"};
  conformance::FakeBus& bus = host.bus();
  Checkpoints checkpoints{tagOf("self"), 10min};
  int settled = 0;
  bool whole = false;
  std::vector<Tag> reached;
  std::shared_ptr<std::vector<PeerAdded>> added = bus.record<PeerAdded>();
  std::shared_ptr<std::vector<PeerRemoved>> removed = bus.record<PeerRemoved>();
  std::shared_ptr<std::vector<CheckpointWanted>> wanted = bus.record<CheckpointWanted>();
  Cluster cluster{bus,
                  loop,
                  host.log(),
                  host.metrics(),
                  checkpoints,
                  {"self", tagOf("self"), {"hosts"}},
                  {[this](const EventView* events, std::size_t count, bool) {
                     std::size_t repeats = 0;
                     for (std::size_t i = 0; i < count; ++i) repeats += host.journal().take(events[i]) ? 0 : 1;
                     return repeats;
                   },
                   [this](const Identity& lost, bool) { host.journal().takeHole(lost); },
                   [this] { return host.journal().checkpoint(); }, [this](const Tag& peer) { reached.push_back(peer); },
                   [this](bool all) {
                     ++settled;
                     whole = all;
                   }}};

  template <typename Message>
  void say(Message message) {
    bus.publish(std::move(message));
    loop.run();
  }
  void members(const std::vector<std::string>& addresses) {
    MembershipChanged message{"hosts", {}};
    for (const auto& address : addresses) {
      Member member;
      member.address = address;
      member.http_port = 80;
      message.members.push_back(member);
    }
    say(message);
  }
  void link(std::string key, std::string name, bool filled, std::optional<Duration> older_by = {},
            std::string_view twin = "twin") {
    LinkChanged link;
    link.key = std::move(key);
    link.tag = tagOf(name == "self" ? twin : name);
    link.name = std::move(name);
    link.state = LinkChanged::State::Connected;
    link.filled = filled;
    link.older_by = older_by;
    say(link);
  }
};

EventView event(std::string_view origin, std::uint64_t number) {
  EventView view;
  view.id = {tagOf(origin), number};
  view.channel = "c";
  view.body = "data: x\n";
  return view;
}

}  // namespace

TEST_CASE("members become peers and the node settles when all of them are filled") {
  World world;
  world.cluster.start();
  CHECK(!world.cluster.readiness().ready);
  world.members({"a", "b"});
  CHECK(world.added->size() == 2);
  world.link("a:80", "a", true);
  CHECK(world.host.metrics().gauge("sse_cluster_unlinked", "").value() == 1);
  world.link("b:80", "b", false);
  CHECK(world.settled == 0);
  world.link("b:80", "b", true);
  CHECK(world.settled == 1);
  CHECK(world.whole);
  CHECK(world.cluster.readiness().ready);
  CHECK(world.cluster.view()->nodes.size() == 2);
  CHECK(world.host.metrics().gauge("sse_cluster_nodes", "").value() == 2);
  CHECK(world.host.metrics().gauge("sse_cluster_unlinked", "").value() == 0);
  world.members({"a"});
  CHECK(world.removed->size() == 1);
  world.loop.advance(10s);
  CHECK(world.settled == 1);
}

TEST_CASE("a peer is told to be reached once it has given all, and again when it is linked again") {
  World world;
  world.members({"a", "alias"});
  world.link("a:80", "a", false);
  world.link("alias:80", "a", true);
  CHECK(world.reached.empty());
  world.link("a:80", "a", true);
  world.link("a:80", "a", true);
  CHECK(world.reached == std::vector<Tag>{tagOf("a")});
  world.link("a:80", "a", false);
  world.link("a:80", "a", true);
  CHECK(world.reached.size() == 2);
}

TEST_CASE("a node without peers settles when discovery said so, and not before it started") {
  World world;
  world.members({});
  CHECK(world.settled == 0);
  world.cluster.start();
  CHECK(world.settled == 1);
}

TEST_CASE("a peer that does not answer holds the start up only so long") {
  World world;
  world.cluster.start();
  world.members({"a"});
  world.loop.advance(1900ms);
  CHECK(world.settled == 0);
  world.loop.advance(200ms);
  CHECK(world.settled == 1);
  CHECK_FALSE(world.whole);
}

TEST_CASE("of two nodes with one name the newcomer is not ready until the other goes") {
  World world;
  world.cluster.start();
  world.members({"a"});
  world.link("a:80", "self", true);
  CHECK(world.settled == 1);
  CHECK(!world.cluster.readiness().ready);
  CHECK(world.cluster.readiness().reason.find("node.name") == 0);
  CHECK(world.host.log().lines("node-name-clash").size() == 1);
  world.loop.advance(125s);
  CHECK(world.host.log().lines("node-name-clash").size() == 3);
  world.members({});
  CHECK(world.cluster.readiness().ready);
}

TEST_CASE("the node that was there first stays ready and says it") {
  World world;
  world.cluster.start();
  world.members({});
  CHECK(world.settled == 1);
  world.members({"a"});
  world.link("a:80", "self", true);
  CHECK(world.cluster.readiness().ready);
  CHECK(world.host.log().lines("node-name-clash").size() == 1);
}

TEST_CASE("of two nodes with one name the younger is the newcomer, whenever they find each other") {
  struct Case {
    Duration older_by;  // the other
    std::string_view tag;
    bool newcomer;
  };
  for (const auto& [older_by, tag, newcomer] :
       {Case{90s, "twin", true}, Case{-90s, "twin", false}, Case{-20ms, "aaaa", true}, Case{20ms, "zzzz", false}}) {
    for (const bool settled : {false, true}) {
      World world;
      world.cluster.start();
      if (settled) world.members({});
      world.members({"a"});
      world.link("a:80", "self", true, older_by, tag);
      CHECK(world.settled == 1);
      CHECK(world.cluster.readiness().ready != newcomer);
      const auto told = world.host.log().lines("node-name-clash");
      REQUIRE(told.size() == 1);
      CHECK(told[0].fields.at("newcomer") == (newcomer ? "this node" : "the other"));
    }
  }
}

TEST_CASE("a node is a newcomer when one of several others was there first, and says so at once") {
  World world;
  world.cluster.start();
  world.members({"a"});
  world.link("a:80", "self", true, -90s);
  CHECK(world.cluster.readiness().ready);
  world.link("", "self", true, 90s, "elder");
  CHECK(!world.cluster.readiness().ready);
  CHECK(world.host.log().lines("node-name-clash").size() == 2);
}

TEST_CASE("what peers hand over is appended once, and holes where they belong") {
  World world;
  PeerEvents events{"a", {}, std::nullopt};
  events.batch.events = {event("a", 3), event("a", 5), event("a", 5)};
  world.say(events);
  world.say(PeerEvents{"a", {}, Identity{tagOf("a"), 8}});
  world.say(events);
  CHECK(world.host.journal().entries().size() == 3);
  CHECK(world.host.metrics().counter("sse_cluster_events_total", "").value() == 2);
  CHECK(world.host.metrics().counter("sse_cluster_duplicates_total", "").value() == 4);
  CHECK(world.host.metrics().counter("sse_cluster_holes_total", "").value() == 1);
}

TEST_CASE("positions before the first event that was recorded have a checkpoint, too: the empty journal's") {
  World world;
  world.cluster.start();
  world.host.journal().append({.channel = "c", .body = "data: 1\n"});
  const auto found = world.checkpoints.find(tagOf("self"), 1);
  REQUIRE(found);
  CHECK(found->position == 0);
}

TEST_CASE("the own journal's checkpoints are recorded while it grows") {
  World world;
  world.host.journal().append("c", "data: 1\n");
  world.loop.advance(250ms);
  CHECK(world.checkpoints.find(tagOf("self"), 1)->position == 1);
  world.host.journal().append("c", "data: 2\n");
  CHECK(world.checkpoints.find(tagOf("self"), 2)->position == 1);
  world.loop.advance(250ms);
  CHECK(world.checkpoints.find(tagOf("self"), 2)->position == 2);
}

TEST_CASE("a checkpoint is looked for here, then with the peers, then given up") {
  World world;
  using Answers = std::vector<std::optional<std::uint64_t>>;
  Answers answers;
  const auto note = [&](const std::optional<Checkpoint>& found) {
    answers.push_back(found ? std::optional(found->position) : std::nullopt);
  };
  const auto find = [&](std::uint64_t position) {
    world.cluster.findCheckpoint(tagOf("a"), position, note);
    world.loop.run();
  };
  world.say(CheckpointReceived{{tagOf("a"), 50, {}}});
  find(60);
  CHECK(answers == Answers{50});
  CHECK(world.wanted->empty());
  find(40);
  find(40);
  CHECK(world.wanted->size() == 1);
  world.say(CheckpointReceived{{tagOf("a"), 35, {}}});
  CHECK(answers == Answers{50, 35, 35});
  find(20);
  world.say(CheckpointUnknown{tagOf("a"), 20});
  CHECK(answers.back() == std::nullopt);
  find(10);  // who knows nothing at 20 knows nothing at 10
  CHECK(world.wanted->size() == 2);
  CHECK(answers.size() == 5);
  world.loop.advance(1100ms);
  find(10);
  CHECK(world.wanted->size() == 3);
  CHECK(answers.size() == 5);
  world.loop.advance(1100ms);
  CHECK(answers.size() == 6);
}
