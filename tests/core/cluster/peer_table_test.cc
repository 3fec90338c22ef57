#include "cluster/peer_table.h"

#include <doctest/doctest.h>

#include "sse/conformance/fake_journal.h"

using namespace sse;
using namespace std::chrono_literals;
using sse::cluster::PeerTable;
using sse::conformance::tagOf;

namespace {

const Clock::time_point kStart{1h};

Member member(std::string address, Member::State state = Member::State::Alive, std::string name = {}) {
  Member member;
  member.name = std::move(name);
  member.address = std::move(address);
  member.http_port = 80;
  member.state = state;
  return member;
}

LinkChanged link(std::string key, std::string_view tag, std::string name, bool filled = true) {
  LinkChanged link;
  link.key = std::move(key);
  link.tag = tagOf(tag);
  link.name = std::move(name);
  link.state = LinkChanged::State::Connected;
  link.filled = filled;
  return link;
}

LinkChanged brokenLink(std::string key) {
  LinkChanged link;
  link.key = std::move(key);
  link.state = LinkChanged::State::Broken;
  link.reason = "refused";
  return link;
}

struct World {
  PeerTable table{"self", tagOf("self")};
  Clock::time_point now = kStart;
  PeerTable::Changes say(std::string source, std::vector<Member> members) {
    return table.membership({std::move(source), std::move(members)}, now);
  }
};

}  // namespace

TEST_CASE("a peer known by two plugins is one peer until neither knows it") {
  World world;
  CHECK(world.say("hosts", {member("a")}).added.size() == 1);
  CHECK(world.say("dns", {member("a")}).added.empty());
  CHECK(world.table.view(world.now).nodes.size() == 1);
  CHECK(world.table.view(world.now).nodes[0].sources == std::vector<std::string>{"dns", "hosts"});
  CHECK(world.say("hosts", {}).removed.empty());
  const auto changes = world.say("dns", {});
  REQUIRE(changes.removed.size() == 1);
  CHECK(changes.removed[0].key == "a:80");
}

TEST_CASE("a peer that one plugin sees alive is alive") {
  World world;
  world.say("gossip", {member("a", Member::State::Dead)});
  CHECK(world.table.view(world.now).nodes[0].state == Member::State::Dead);
  CHECK(world.say("hosts", {member("a")}).added.size() == 1);
  CHECK(world.table.view(world.now).nodes[0].state == Member::State::Alive);
  const auto changes = world.say("hosts", {});
  CHECK(changes.removed.size() == 1);
  CHECK(world.table.view(world.now).nodes[0].state == Member::State::Dead);
}

TEST_CASE("who left or died stays listed for a minute and may come back") {
  World world;
  world.say("gossip", {member("a"), member("b")});
  world.say("gossip", {member("a", Member::State::Left)});
  CHECK(world.table.view(world.now).nodes.size() == 2);
  CHECK(world.table.view(world.now).nodes[1].state == Member::State::Left);
  world.now += 59s;
  CHECK(!world.table.tick(world.now));
  CHECK(world.say("gossip", {member("a")}).added.size() == 1);
  world.now += 1s;
  CHECK(world.table.tick(world.now));
  REQUIRE(world.table.view(world.now).nodes.size() == 1);
  CHECK(world.table.view(world.now).nodes[0].state == Member::State::Alive);
}

TEST_CASE("of members of one plugin at one endpoint the one that is alive counts, in whatever order they are told") {
  World world;
  world.say("gossip", {member("a", Member::State::Alive, "b0")});
  world.table.link(link("a:80", "t", "b0"), world.now);
  auto old = member("a", Member::State::Left, "b0");
  SUBCASE("left") {}
  SUBCASE("dead") { old.state = Member::State::Dead; }
  const auto fresh = member("a", Member::State::Alive, "b1");
  for (const auto& members : {std::vector{old, fresh}, std::vector{fresh, old}}) {
    CHECK(world.say("gossip", members).removed.empty());
    const auto nodes = world.table.view(world.now).nodes;
    REQUIRE(nodes.size() == 1);
    CHECK(nodes[0].state == Member::State::Alive);
  }
}

TEST_CASE("two live members at one endpoint do not take turns") {
  World world;
  const auto one = member("a", Member::State::Alive, "b0");
  const auto other = member("a", Member::State::Alive, "b1");
  CHECK(world.say("gossip", {one, other}).added.size() == 1);
  CHECK(world.say("gossip", {other, one}).added.empty());
}

TEST_CASE("this node and members without an HTTP port are no peers") {
  World world;
  auto self = member("me");
  self.self = true;
  auto foreign = member("other");
  foreign.http_port = 0;
  CHECK(world.say("gossip", {self, foreign}).added.empty());
  CHECK(world.table.allFilled());
}

TEST_CASE("an endpoint that leads back counts as linked and is not listed") {
  World world;
  world.say("hosts", {member("a")});
  auto self = link("a:80", "self", "self");
  self.state = LinkChanged::State::Self;
  world.table.link(self, world.now);
  CHECK(world.table.view(world.now).nodes.empty());
  CHECK(world.table.allFilled());
  CHECK(!world.table.clash());
}

TEST_CASE("all is filled when every alive peer is linked and filled") {
  World world;
  CHECK(world.table.allFilled());
  world.say("gossip", {member("a"), member("b"), member("c", Member::State::Suspect)});
  CHECK(!world.table.allFilled());
  world.table.link(link("a:80", "a", "a"), world.now);
  world.table.link(link("b:80", "b", "b", false), world.now);
  CHECK(!world.table.allFilled());
  world.table.link(link("b:80", "b", "b"), world.now);
  CHECK(world.table.allFilled());
}

TEST_CASE("two endpoints of one process are one node, with the lag its own link tells") {
  World world;
  world.say("hosts", {member("a"), member("b")});
  world.table.link(link("a:80", "t", "n2"), world.now);
  world.table.link(link("b:80", "t", "n2"), world.now);
  auto incoming = link("", "t", "n2");
  incoming.lag_events = 7;
  world.table.link(incoming, world.now);
  const auto view = world.table.view(world.now);
  REQUIRE(view.nodes.size() == 1);
  CHECK(view.nodes[0].name == "n2");
  CHECK(view.nodes[0].lag_events == 7);
}

TEST_CASE("of two endpoints of one process the linked one is listed") {
  World world;
  world.say("hosts", {member("a"), member("b")});
  auto broken = brokenLink("a:80");
  broken.tag = tagOf("t");
  world.table.link(broken, world.now);
  world.table.link(link("b:80", "t", "n2"), world.now);
  const auto view = world.table.view(world.now);
  REQUIRE(view.nodes.size() == 1);
  CHECK(view.nodes[0].address == "b");
}

TEST_CASE("a node that connected by itself is listed while it is connected, as one that is not read") {
  World world;
  world.table.link(link("", "t", "n2"), world.now);
  REQUIRE(world.table.view(world.now).nodes.size() == 1);
  CHECK(world.table.view(world.now).nodes[0].address.empty());
  CHECK(world.table.view(world.now).nodes[0].link == LinkChanged::State::Connecting);
  CHECK(world.table.view(world.now).nodes[0].reason.find("discovery") == 0);
  auto gone = brokenLink("");
  gone.tag = tagOf("t");
  world.table.link(gone, world.now);
  CHECK(world.table.view(world.now).nodes.empty());
}

TEST_CASE("a peer that reads this node and is not read by it is listed once") {
  World world;
  auto incoming = link("", "tttt", "x");
  incoming.address = "192.0.2.7";
  SUBCASE("known by its name") {
    world.say("gossip", {member("a", Member::State::Alive, "x"), member("b", Member::State::Alive, "y")});
    world.table.link(brokenLink("a:80"), world.now);
  }
  SUBCASE("known by its address") {
    world.say("dns", {member("a"), member("b")});
    auto broken = brokenLink("a:80");
    broken.address = "192.0.2.7";
    world.table.link(broken, world.now);
  }
  world.table.link(incoming, world.now);
  const auto nodes = world.table.view(world.now).nodes;
  REQUIRE(nodes.size() == 2);
  CHECK(nodes[0].address == "a");
  CHECK(nodes[0].name == "x");
  CHECK(nodes[0].link == LinkChanged::State::Broken);
  CHECK(nodes[0].reason == "refused");
}

TEST_CASE("a peer that reads this node is not taken for one of several at its address, nor for one that is gone") {
  World world;
  auto incoming = link("", "tttt", "x");
  incoming.address = "192.0.2.7";
  SUBCASE("several") {
    world.say("dns", {member("a"), member("b")});
    for (const auto* key : {"a:80", "b:80"}) {
      auto broken = brokenLink(key);
      broken.address = "192.0.2.7";
      world.table.link(broken, world.now);
    }
  }
  SUBCASE("gone") {
    world.say("gossip", {member("a", Member::State::Dead, "x"), member("b", Member::State::Alive, "y")});
  }
  world.table.link(incoming, world.now);
  CHECK(world.table.view(world.now).nodes.size() == 3);
}

TEST_CASE("a link that stays broken makes the peer suspect") {
  World world;
  world.say("hosts", {member("a")});
  world.table.link(brokenLink("a:80"), world.now);
  CHECK(world.table.view(world.now).nodes[0].state == Member::State::Alive);
  world.now += 3s;
  world.table.link(brokenLink("a:80"), world.now);
  world.now += 2s;
  CHECK(world.table.tick(world.now));
  CHECK(world.table.view(world.now).nodes[0].state == Member::State::Suspect);
  CHECK(world.table.view(world.now).nodes[0].reason == "refused");
  world.table.link(link("a:80", "a", "a"), world.now);
  CHECK(world.table.view(world.now).nodes[0].state == Member::State::Alive);
}

TEST_CASE("a peer is told again when discovery learns another name of it, and only then") {
  World world;
  CHECK(world.say("hosts", {member("a")}).added.size() == 1);
  const auto named = world.say("gossip", {member("a", Member::State::Alive, "o1")});
  REQUIRE(named.added.size() == 1);
  CHECK(named.added[0].key == "a:80");
  CHECK(named.added[0].name == "o1");
  CHECK(world.say("gossip", {member("a", Member::State::Suspect, "o1")}).added.empty());
  const auto gone = world.say("gossip", {member("a", Member::State::Dead, "o2")});
  CHECK(gone.added.size() + gone.removed.size() == 1);
}

TEST_CASE("the lag of a link that is no relay's is in the view") {
  World world;
  world.say("hosts", {member("a")});
  auto original = link("a:80", "", "");
  original.tag = {};
  original.lag_events = 7;
  world.table.link(original, world.now);
  const auto view = world.table.view(world.now);
  REQUIRE(view.nodes.size() == 1);
  CHECK(view.nodes[0].lag_events == 7);
  CHECK(world.table.allFilled());
}

TEST_CASE("a live process with this node's name and another tag is a clash") {
  World world;
  world.say("hosts", {member("a")});
  world.table.link(link("a:80", "x", "self"), world.now);
  REQUIRE(world.table.clash());
  CHECK(world.table.clash()->who == "a:80");
  world.table.link(brokenLink("a:80"), world.now);
  CHECK(!world.table.clash());
  world.table.link(link("", "x", "self"), world.now);
  REQUIRE(world.table.clash());
  CHECK(world.table.clash()->who == "x0000000");
}

TEST_CASE("words of a link to an endpoint that is gone are ignored") {
  World world;
  world.say("hosts", {member("a")});
  world.say("hosts", {});
  world.table.link(link("a:80", "a", "a"), world.now);
  world.table.link(link("z:80", "z", "z"), world.now);
  REQUIRE(world.table.view(world.now).nodes.size() == 1);
  CHECK(world.table.view(world.now).nodes[0].link == LinkChanged::State::Broken);
}

TEST_CASE("whoever takes part in gossip is listed as such, peer or not, as long as it is active") {
  World world;
  auto self = member("10.0.0.1");
  self.self = true;
  auto stranger = member("10.0.0.2");
  stranger.http_port = 0;
  auto dead = member("10.0.0.3", Member::State::Dead);
  for (auto* one : {&self, &stranger, &dead}) one->gossip_port = 42000;
  CHECK(world.say("gossip", {self, stranger, dead, member("10.0.0.4")}).added.size() == 1);
  const auto listed = world.table.view(world.now).gossip;
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].self);
  CHECK(listed[1].address == "10.0.0.2");
  CHECK(listed[1].port == 42000);
  world.say("gossip", {});
  CHECK(world.table.view(world.now).gossip.empty());
}
