#include "discovery/gossip/prober.h"

#include <algorithm>
#include <doctest/doctest.h>

#include "plugins/discovery/gossip/engine_world.h"

using namespace sse;
using namespace sse::gossip;
using namespace std::chrono_literals;
using test::aliveOf;
using test::endpointOf;
using test::EngineWorld;

namespace {

/// Runs up to the next probe; its ping.
std::pair<Endpoint, Ping> nextPing(EngineWorld& world) {
  for (int i = 0; i < 1000; ++i) {
    world.pass(10ms);
    if (auto pings = world.sent<Ping>(); !pings.empty()) return pings.front();
  }
  REQUIRE_MESSAGE(false, "no probe");
  return {};
}

int score(const EngineWorld& world) { return world.engine.membership().awareness().score(); }

}  // namespace

TEST_CASE("a node is asked by a ping that says where the answer goes, and an ack ends the probe") {
  EngineWorld world;
  world.know({"b"});
  const auto [to, ping] = nextPing(world);
  CHECK(to == endpointOf(2));
  CHECK(ping.node == "b");
  CHECK(ping.source.address == endpointOf(1).address);
  CHECK(ping.source.port == 7946);
  CHECK(ping.source.node == "us");
  world.now += 30ms;
  world.take(Ack{"", ping.sequence});
  REQUIRE(world.events<ProbeEnded>().size() == 1);
  CHECK(world.events<ProbeEnded>()[0].ok);
  CHECK(world.events<ProbeEnded>()[0].rtt >= 30ms);
  world.pass(500ms);
  CHECK(world.out.calls.empty());
  CHECK(nextPing(world).second.sequence == ping.sequence + 1);
}

TEST_CASE("acks of other numbers count for nothing") {
  EngineWorld world;
  world.know({"b"});
  const auto ping = nextPing(world).second;
  world.take(Ack{"", ping.sequence + 1});
  CHECK(world.events<ProbeEnded>().empty());
  world.pass(5s);
  CHECK(world.state("b") != NodeState::Alive);
  world.take(Ack{"", ping.sequence});
  CHECK(world.events<ProbeEnded>().empty());
}

TEST_CASE("without an ack three others are asked, and a stream is tried") {
  EngineWorld world;
  world.know({"b", "c", "d", "e", "f", "g"});
  const auto [to, ping] = nextPing(world);
  world.pass(500ms);
  const auto asked = world.sent<IndirectPing>();
  REQUIRE(asked.size() == 3);
  for (const auto& [helper, request] : asked) {
    CHECK(helper != to);
    CHECK(request.node == ping.node);
    CHECK(request.sequence == ping.sequence);
    CHECK(request.target == to.address);
    CHECK(request.port == to.port);
    CHECK(request.nack);
  }
  REQUIRE(world.out.calls.size() == 1);
  CHECK(world.out.calls[0].to == to);
  CHECK(std::get<Ping>(world.out.calls[0].request).sequence == ping.sequence);
}

TEST_CASE("suspects are not asked to help") {
  EngineWorld world;
  world.know({"b", "c"});
  world.take(Suspect{"x", 1, "c"});
  auto ping = nextPing(world).second;
  if (ping.node == "c") {
    world.take(Ack{"", ping.sequence});
    ping = nextPing(world).second;
  }
  REQUIRE(ping.node == "b");
  world.pass(500ms);
  CHECK(world.state("c") == NodeState::Suspect);
  CHECK(world.sent<IndirectPing>().empty());
}

TEST_CASE("old nodes are asked for no nack and no stream") {
  EngineWorld world;
  for (const auto& [name, last] : {std::pair("b", '\2'), std::pair("c", '\3')}) {
    auto old = aliveOf(name, last);
    old.versions[1] = 2;
    world.take(old);
  }
  nextPing(world);
  world.pass(500ms);
  REQUIRE(world.sent<IndirectPing>().size() == 1);
  CHECK(!world.sent<IndirectPing>()[0].second.nack);
  CHECK(world.out.calls.empty());
}

TEST_CASE("a node that only a stream reaches is alive, with a warning") {
  EngineWorld world;
  world.know({"b"});
  const auto ping = nextPing(world).second;
  world.pass(500ms);
  REQUIRE(world.out.calls.size() == 1);
  world.engine.answered(world.out.calls[0].id, StreamMessage(Ack{"", ping.sequence}), world.now);
  world.pass(600ms);
  REQUIRE(!world.events<ProbeEnded>().empty());
  CHECK(world.events<ProbeEnded>()[0].ok);
  CHECK(world.events<ProbeEnded>()[0].by_stream);
  CHECK(world.state("b") == NodeState::Alive);
}

TEST_CASE("a stream with another number or with none proves nothing") {
  for (const bool wrong : {true, false}) {
    EngineWorld world;
    world.know({"b"});
    const auto ping = nextPing(world).second;
    world.pass(500ms);
    const auto id = world.out.calls.at(0).id;
    const auto answer = wrong ? Result<StreamMessage>(StreamMessage(Ack{"", ping.sequence + 1}))
                              : Result<StreamMessage>(Error{Code::Timeout, "none"});
    world.engine.answered(id, answer, world.now);
    world.pass(500ms);
    CHECK(world.state("b") == NodeState::Suspect);
  }
}

TEST_CASE("a failed probe makes a suspect and lets us doubt ourselves") {
  EngineWorld world;
  world.know({"b"});
  nextPing(world);
  world.pass(980ms);
  CHECK(world.state("b") == NodeState::Alive);
  world.pass(20ms);
  CHECK(world.state("b") == NodeState::Suspect);
  CHECK(score(world) == 1);
}

TEST_CASE("helpers that say they got no answer either take the doubt off us") {
  for (const std::uint32_t nacks : {0U, 1U, 3U, 7U}) {
    EngineWorld world;
    world.know({"b", "c", "d", "e"});
    const auto ping = nextPing(world).second;
    world.pass(500ms);
    for (std::uint32_t i = 0; i < nacks; ++i) world.take(Nack{ping.sequence});
    world.pass(480ms);
    CHECK(score(world) == 0);
    world.pass(20ms);
    CHECK(score(world) == 3 - static_cast<int>(std::min(nacks, 3U)));
  }
}

TEST_CASE("a probe lasts longer the more we doubt ourselves, and success takes the doubt away") {
  EngineWorld world;
  world.know({"b"});
  for (int i = 0; i < 3; ++i) world.take(Suspect{"x", world.incarnation(), "us"});
  REQUIRE(score(world) == 3);
  auto ping = nextPing(world).second;
  world.pass(3980ms);
  CHECK(world.state("b") == NodeState::Alive);
  CHECK(world.sent<Ping>().empty());
  world.take(Ack{"", ping.sequence});
  CHECK(score(world) == 2);
}

TEST_CASE("a suspect is told in the same packet that it is one, and nothing else is in it") {
  EngineWorld world;
  world.know({"b"});
  world.take(Suspect{"x", 1, "b"});
  nextPing(world);
  const auto holdsPing = [](const OutgoingPacket& packet) {
    return std::holds_alternative<Ping>(*decode(packet.messages[0]));
  };
  const auto packet = std::find_if(world.out.packets.begin(), world.out.packets.end(), holdsPing);
  REQUIRE(packet != world.out.packets.end());
  CHECK(packet->to == endpointOf(2));
  CHECK(packet->crc);
  REQUIRE(packet->messages.size() == 2);
  const auto suspect = std::get<Suspect>(*decode(packet->messages[1]));
  CHECK(suspect.from == "us");
  CHECK(suspect.node == "b");
  CHECK(suspect.incarnation == 1);
}

TEST_CASE("a node that refutes while it is probed is not suspected of what it was before") {
  EngineWorld world;
  world.know({"b"});
  nextPing(world);
  world.take(aliveOf("b", 2, 5));
  world.pass(1s);
  CHECK(world.state("b") == NodeState::Alive);
}

TEST_CASE("when this machine cannot send there is no verdict") {
  EngineWorld world;
  world.know({"b"});
  const auto to = nextPing(world).first;
  world.engine.unsent(to);
  world.pass(980ms);
  CHECK(world.state("b") == NodeState::Alive);
  CHECK(world.out.calls.empty());
  CHECK(score(world) == 0);
}

TEST_CASE("the dead, those who left and we ourselves are not probed, everybody else in turn") {
  EngineWorld world;
  world.know({"b", "c", "d", "e"});
  world.take(Dead{"x", 1, "d"});
  world.take(Dead{"e", 1, "e"});
  std::vector<std::string> asked;
  for (int i = 0; i < 8; ++i) {
    const auto ping = nextPing(world).second;
    world.take(Ack{"", ping.sequence});
    asked.push_back(ping.node);
  }
  CHECK(std::count(asked.begin(), asked.end(), "b") == 4);
  CHECK(std::count(asked.begin(), asked.end(), "c") == 4);
}
