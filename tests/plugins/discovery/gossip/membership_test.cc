#include "discovery/gossip/membership.h"

#include <doctest/doctest.h>

#include "plugins/discovery/gossip/engine_world.h"

using namespace sse;
using namespace sse::gossip;
using namespace std::chrono_literals;
using test::aliveOf;
using test::endpointOf;
using test::EngineWorld;
using test::rowOf;

// The numbers are those of docs/memberlist.md.

TEST_CASE("12.2.1: alive messages about us are ignored when we leave") {
  EngineWorld world;
  world.know({"b"});
  world.engine.leave(world.now);
  world.take(aliveOf("us", 1, 9));
  CHECK(world.incarnation() == 1);
  CHECK(world.state("us") == NodeState::Left);
}

TEST_CASE("12.2.2: alive messages that nobody may believe are ignored") {
  EngineWorld world;
  const auto refuses = [&](auto change) {
    auto message = aliveOf("b", 2);
    change(message);
    world.take(message);
    return world.find("b") == nullptr;
  };
  CHECK(refuses([](Alive& m) { m.versions = std::string("\x00\x05\x02\x00\x00\x00", 6); }));
  CHECK(refuses([](Alive& m) { m.versions = std::string("\x01\x00\x02\x00\x00\x00", 6); }));
  CHECK(refuses([](Alive& m) { m.versions = std::string("\x03\x02\x02\x00\x00\x00", 6); }));
  CHECK(refuses([](Alive& m) { m.versions.clear(); }));
  CHECK(refuses([](Alive& m) { m.address = "abc"; }));
  CHECK(refuses([](Alive& m) { m.incarnation = 0; }));
  CHECK(refuses([](Alive& m) { m.meta = std::string(513, 'x'); }));
  CHECK(refuses([](Alive& m) { m.node = std::string(513, 'x'); }));
  CHECK(!refuses([](Alive& m) { m.meta = std::string(512, 'x'); }));
}

TEST_CASE("12.2.3: an unknown node becomes a member with what the message says, port 0 being ours") {
  EngineWorld world;
  auto message = aliveOf("b", 2, 7);
  message.port = 0;
  world.take(message);
  REQUIRE(world.find("b") != nullptr);
  CHECK(world.find("b")->endpoint == endpointOf(2));
  CHECK(world.find("b")->incarnation == 7);
  CHECK(world.find("b")->meta == "8080");
  REQUIRE(world.events<MemberChanged>().size() == 1);
  CHECK(!world.events<MemberChanged>()[0].before);
  CHECK(world.queued("b"));
}

TEST_CASE("12.2.4: another address is a conflict, except after a leave") {
  EngineWorld world;
  world.know({"b"});
  world.take(aliveOf("b", 5, 9));
  CHECK(world.find("b")->endpoint == endpointOf(2));
  REQUIRE(world.events<NameConflict>().size() == 1);
  CHECK(world.events<NameConflict>()[0].claimed == endpointOf(5));
  CHECK(!world.events<NameConflict>()[0].ours);
  world.take(Dead{"x", 1, "b"});
  world.take(aliveOf("b", 5, 9));
  CHECK(world.state("b") == NodeState::Dead);
  CHECK(world.events<NameConflict>().size() == 1);
  world.know({"c"});
  EngineWorld after_leave;
  after_leave.take(aliveOf("b", 2, 4));
  after_leave.take(Dead{"b", 4, "b"});
  after_leave.take(aliveOf("b", 5, 1));
  CHECK(after_leave.state("b") == NodeState::Alive);
  CHECK(after_leave.find("b")->endpoint == endpointOf(5));
  CHECK(after_leave.find("b")->incarnation == 1);
}

TEST_CASE("12.2.4: the same IPv4 address in the longer form is another address, as it is to peers") {
  EngineWorld world;
  world.know({"b"});
  auto message = aliveOf("b", 2, 2);
  message.address = std::string("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) + message.address;
  world.take(message);
  CHECK(world.events<NameConflict>().size() == 1);
  CHECK(world.find("b")->incarnation == 1);
}

TEST_CASE("12.2.4: our own name at another address is a conflict of ours and not refuted") {
  EngineWorld world;
  world.take(aliveOf("us", 5, 9));
  REQUIRE(world.events<NameConflict>().size() == 1);
  CHECK(world.events<NameConflict>()[0].ours);
  CHECK(world.incarnation() == 1);
}

TEST_CASE("others that hold our name with our address end a conflict, once") {
  EngineWorld world;
  const auto settled = [&] { return world.events<NameSettled>().size(); };
  const auto ours = [&] {
    auto message = aliveOf("us", 1, 1);
    message.address = world.find("us")->endpoint.address;
    message.port = world.find("us")->endpoint.port;
    return message;
  };
  world.take(ours());
  CHECK(settled() == 0);
  world.take(aliveOf("us", 5, 9));
  CHECK(settled() == 0);
  world.take(ours());
  CHECK(settled() == 1);
  world.take(ours());
  CHECK(settled() == 0);
}

TEST_CASE("12.2.5: old news about others is ignored") {
  EngineWorld world;
  world.take(aliveOf("b", 2, 3));
  world.drain();
  auto message = aliveOf("b", 2, 3);
  message.meta = "9090";
  world.take(message);
  CHECK(world.find("b")->meta == "8080");
  message.incarnation = 2;
  world.take(message);
  CHECK(world.find("b")->meta == "8080");
  CHECK(!world.queued("b"));
}

TEST_CASE("12.2.5: metadata that the first announcement lacked is taken, once and while the node lives") {
  EngineWorld world;
  auto first = aliveOf("b", 2, 3);
  first.meta.clear();
  world.take(first);
  world.drain();
  auto late = aliveOf("b", 2, 2);
  world.take(late);
  CHECK(world.find("b")->meta.empty());
  late.incarnation = 3;
  world.take(late);
  CHECK(world.find("b")->meta == "8080");
  CHECK(world.queued("b"));
  CHECK(world.out.members_changed);
  REQUIRE(world.events<MemberChanged>().size() == 1);
  world.take(first);
  CHECK(world.find("b")->meta == "8080");
  EngineWorld other;
  other.take(first);
  other.take(Suspect{"x", 3, "b"});
  other.take(late);
  CHECK(other.state("b") == NodeState::Suspect);
  CHECK(other.find("b")->meta.empty());
}

TEST_CASE("12.2.6: a suspect that refutes is alive and its timer is dropped") {
  EngineWorld world;
  world.know({"b", "c"});
  world.take(Suspect{"c", 1, "b"});
  CHECK(world.state("b") == NodeState::Suspect);
  world.take(aliveOf("b", 2, 2));
  CHECK(world.state("b") == NodeState::Alive);
  CHECK(world.engine.membership().next() == Clock::time_point::max());
}

TEST_CASE("12.2.7: what others know of us from before is refuted, unless it is what we are") {
  EngineWorld world;
  world.take(aliveOf("us", 1, 1));
  CHECK(world.incarnation() == 1);
  world.take(aliveOf("us", 1, 4));
  CHECK(world.incarnation() == 5);
  REQUIRE(world.events<Refuted>().size() == 1);
  auto message = aliveOf("us", 1, 5);
  message.meta = "9090";
  world.take(message);
  CHECK(world.incarnation() == 6);
  CHECK(world.events<NameConflict>().empty());
  message.incarnation = 5;
  world.take(message);
  CHECK(world.incarnation() == 6);
}

TEST_CASE("12.2.8 and 12.2.9: news is passed on and told") {
  EngineWorld world;
  world.know({"b"});
  world.drain();
  auto message = aliveOf("b", 2, 2);
  world.take(message);
  CHECK(world.queued("b"));
  CHECK(world.events<MemberChanged>().empty());
  message.incarnation = 3;
  message.meta = "9090";
  world.take(message);
  REQUIRE(world.events<MemberChanged>().size() == 1);
  CHECK(world.events<MemberChanged>()[0].before == NodeState::Alive);
  world.take(Dead{"x", 3, "b"});
  message.incarnation = 4;
  world.take(message);
  REQUIRE(world.events<MemberChanged>().size() == 1);
  CHECK(world.events<MemberChanged>()[0].before == NodeState::Dead);
}

TEST_CASE("12.3.1 to 12.3.3: suspicions that say nothing new are ignored") {
  EngineWorld world;
  world.take(Suspect{"x", 9, "unknown"});
  CHECK(world.find("unknown") == nullptr);
  world.take(aliveOf("b", 2, 5));
  world.take(Suspect{"x", 4, "b"});
  CHECK(world.state("b") == NodeState::Alive);
  world.take(Dead{"x", 5, "b"});
  world.take(Suspect{"x", 9, "b"});
  CHECK(world.state("b") == NodeState::Dead);
  CHECK(world.find("b")->incarnation == 5);
}

TEST_CASE("12.3.2: confirmations that count are passed on, others are not") {
  EngineWorld world;
  world.know({"b", "c", "d", "e"});
  world.take(Suspect{"c", 1, "b"});
  const auto first = world.engine.membership().next();
  world.drain();
  world.take(Suspect{"c", 1, "b"});
  CHECK(!world.queued("b"));
  CHECK(world.engine.membership().next() == first);
  world.take(Suspect{"d", 1, "b"});
  CHECK(world.queued("b"));
  CHECK(world.engine.membership().next() < first);
}

TEST_CASE("12.3.4: a suspicion about us is refuted") {
  EngineWorld world;
  world.take(Suspect{"x", 6, "us"});
  CHECK(world.incarnation() == 7);
  CHECK(world.state("us") == NodeState::Alive);
  CHECK(world.engine.membership().awareness().score() == 1);
  CHECK(world.queued("us"));
  world.take(Suspect{"x", 6, "us"});
  CHECK(world.incarnation() == 7);
}

TEST_CASE("12.3.5: a suspect is dead when its time is up, by our word") {
  EngineWorld world;
  world.know({"b"});
  world.take(Suspect{"x", 3, "b"});
  CHECK(world.state("b") == NodeState::Suspect);
  CHECK(world.find("b")->incarnation == 3);
  CHECK(world.engine.membership().next() == world.now + 4s);
  world.pass(3999ms);
  CHECK(world.state("b") == NodeState::Suspect);
  world.pass(1ms);
  CHECK(world.state("b") == NodeState::Dead);
  CHECK(world.queued("b"));
}

TEST_CASE("12.4: deaths are taken once, and goodbyes as such") {
  EngineWorld world;
  world.take(Dead{"x", 9, "unknown"});
  CHECK(world.find("unknown") == nullptr);
  world.take(aliveOf("c", 3));
  world.take(aliveOf("b", 2, 5));
  world.take(Dead{"x", 4, "b"});
  CHECK(world.state("b") == NodeState::Alive);
  world.take(Dead{"b", 5, "b"});
  CHECK(world.state("b") == NodeState::Left);
  world.drain();
  world.take(Dead{"x", 8, "b"});
  CHECK(world.state("b") == NodeState::Left);
  CHECK(world.find("b")->incarnation == 5);
  CHECK(!world.queued("b"));
}

TEST_CASE("12.4.3: our death is refuted, and not when we leave") {
  EngineWorld world;
  world.know({"b"});
  world.take(Dead{"x", 1, "us"});
  CHECK(world.incarnation() == 2);
  world.take(Dead{"us", 2, "us"});
  CHECK(world.incarnation() == 3);
  world.engine.leave(world.now);
  world.take(Dead{"us", 3, "us"});
  CHECK(world.incarnation() == 3);
  CHECK(world.state("us") == NodeState::Left);
}

TEST_CASE("12.5: rows are handled by their state; the dead of others are suspects to us") {
  EngineWorld world;
  world.know({"b", "c", "d"});
  const PushPull request{
      false,
      {rowOf("e", 6), rowOf("b", 2, NodeState::Suspect), rowOf("c", 3, NodeState::Dead), rowOf("d", 4, NodeState::Left),
       rowOf("f", 7, NodeState::Dead), rowOf("us", 1, NodeState::Dead, 8)},
      {}};
  const auto reply = world.engine.requested(request, world.now);
  REQUIRE(reply);
  CHECK(std::get<PushPull>(*reply).rows.size() == 4);
  CHECK(world.state("e") == NodeState::Alive);
  CHECK(world.state("b") == NodeState::Suspect);
  CHECK(world.state("c") == NodeState::Suspect);
  CHECK(world.state("d") == NodeState::Left);
  CHECK(world.find("f") == nullptr);
  CHECK(world.incarnation() == 9);
}

TEST_CASE("12.6: incarnations do not wrap") {
  EngineWorld world;
  world.take(Suspect{"x", 0xffffffff, "us"});
  CHECK(world.incarnation() == 0xffffffff);
  world.take(Suspect{"x", 0xffffffff, "us"});
  CHECK(world.incarnation() == 0xffffffff);
}

TEST_CASE("12.7: the dead and those who left are forgotten after their time, at the end of a round") {
  EngineWorld world;
  world.know({"b", "c"});
  world.take(Dead{"x", 1, "b"});
  world.take(Dead{"c", 1, "c"});
  world.pass(29s);
  CHECK(world.state("b") == NodeState::Dead);
  world.pass(3s);
  CHECK(world.find("b") == nullptr);
  CHECK(world.find("c") == nullptr);
  CHECK(world.events<MemberForgotten>().size() == 2);
  CHECK(world.find("us") != nullptr);
}

TEST_CASE("a full table takes in nobody, says so once and goes on with whom it knows") {
  EngineSettings settings{"us", endpointOf(1), "8080"};
  settings.max_members = 3;
  EngineWorld world(settings);
  world.know({"b", "c"});
  world.take(aliveOf("d", 4));
  CHECK(world.find("d") == nullptr);
  CHECK(world.events<TableFull>().size() == 1);
  world.take(aliveOf("e", 5));
  CHECK(world.events<TableFull>().empty());
  world.take(aliveOf("b", 2, 2));
  CHECK(world.find("b")->incarnation == 2);
}

TEST_CASE("a namesake that others hold for dead at another address is told") {
  EngineWorld world;
  world.engine.requested(PushPull{true, {rowOf("us", 5, NodeState::Dead)}, {}}, world.now);
  world.out = world.engine.take();
  REQUIRE(world.events<NameConflict>().size() == 1);
  CHECK(world.events<NameConflict>()[0].ours);
}
