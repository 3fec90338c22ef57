#include "discovery/gossip/engine.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <map>

#include "plugins/discovery/gossip/engine_world.h"

using namespace sse;
using namespace sse::gossip;
using namespace std::chrono_literals;
using test::aliveOf;
using test::endpointOf;
using test::EngineWorld;
using test::rowOf;

namespace {

Ping pingTo(std::string node, Source source = {}) { return {std::move(node), 7, std::move(source)}; }

/// Lets time pass while all pings are answered; how often the engine wanted to be woken. Streams are kept.
int answering(EngineWorld& world, Duration time) {
  int wakes = 0;
  std::vector<OutgoingCall> calls;
  for (const auto end = world.now + time; world.engine.next() <= end; ++wakes) {
    world.now = world.engine.next();
    world.engine.advance(world.now);
    const auto out = world.engine.take();
    for (const auto& packet : out.packets) {
      const auto message = decode(packet.messages[0]);
      if (const auto* ping = std::get_if<Ping>(&*message)) world.take(Ack{"", ping->sequence});
    }
    calls.insert(calls.end(), out.calls.begin(), out.calls.end());
  }
  world.out.calls = std::move(calls);
  return wakes;
}

}  // namespace

TEST_CASE("a ping is answered to its source, or else to where it came from") {
  EngineWorld world;
  world.take(pingTo("us", {endpointOf(5).address, "e", 99}));
  REQUIRE(world.sent<Ack>().size() == 1);
  CHECK(world.sent<Ack>()[0].first == Endpoint{endpointOf(5).address, 99});
  CHECK(world.sent<Ack>()[0].second.sequence == 7);
  for (const auto& source : {Source{}, Source{endpointOf(5).address, "e", 0}, Source{"bad", "e", 99}}) {
    world.take(pingTo("", source));
    CHECK(world.sent<Ack>().at(0).first == endpointOf(9));
  }
  world.take(pingTo("somebody else"));
  CHECK(world.out.packets.empty());
}

TEST_CASE("news travels on answers, and only as much as fits") {
  EngineWorld world;
  for (int i = 0; i < 60; ++i) world.take(aliveOf("node" + std::to_string(i), 3));
  world.take(pingTo("us"));
  REQUIRE(world.out.packets.size() == 1);
  std::size_t size = 2;
  for (const auto& message : world.out.packets[0].messages) size += message.size() + 2;
  CHECK(world.out.packets[0].messages.size() > 15);
  CHECK(size - 2 <= 1400);
  CHECK(!world.out.packets[0].crc);
}

TEST_CASE("an indirect ping is passed on and its ack passed back") {
  EngineWorld world;
  world.take(IndirectPing{true, "c", 55, 7, {}, endpointOf(3).address});
  REQUIRE(world.sent<Ping>().size() == 1);
  const auto [to, ping] = world.sent<Ping>()[0];
  CHECK(to == Endpoint{endpointOf(3).address, 55});
  CHECK(ping.node == "c");
  CHECK(ping.source.node == "us");
  world.take(Ack{"", ping.sequence});
  REQUIRE(world.sent<Ack>().size() == 1);
  CHECK(world.sent<Ack>()[0].first == endpointOf(9));
  CHECK(world.sent<Ack>()[0].second.sequence == 7);
  world.take(Ack{"", ping.sequence});
  CHECK(world.sent<Ack>().empty());
  world.pass(1s);
  CHECK(world.sent<Nack>().empty());
}

TEST_CASE("an indirect ping without an answer is told of after the probe timeout, where that is wanted") {
  for (const bool nack : {true, false}) {
    EngineWorld world;
    world.take(IndirectPing{nack, "c", 0, 7, {endpointOf(4).address, "d", 44}, endpointOf(3).address});
    CHECK(world.sent<Ping>().at(0).first == endpointOf(3));
    const auto sequence = world.sent<Ping>()[0].second.sequence;
    world.pass(499ms);
    CHECK(world.sent<Nack>().empty());
    world.pass(1ms);
    REQUIRE(world.sent<Nack>().size() == (nack ? 1 : 0));
    if (nack) CHECK(world.sent<Nack>()[0].first == Endpoint{endpointOf(4).address, 44});
    world.take(Ack{"", sequence});
    CHECK(world.sent<Ack>().empty());
  }
}

TEST_CASE("indirect pings are bounded, and none goes to what is no address") {
  EngineWorld world;
  world.take(IndirectPing{true, "c", 55, 7, {}, "abc"});
  CHECK(world.out.packets.empty());
  for (std::size_t i = 0; i < world.settings.max_relays; ++i) {
    world.take(IndirectPing{true, "c", 55, 7, {}, endpointOf(3).address});
  }
  CHECK(world.out.packets.size() == 1);
  world.take(IndirectPing{true, "c", 55, 7, {}, endpointOf(3).address});
  CHECK(world.out.packets.empty());
}

TEST_CASE("gossip goes to three nodes by chance, the freshly dead among them, those who left not") {
  EngineWorld world;
  world.know({"b", "c", "d", "e", "f"});
  world.take(Dead{"x", 1, "b"});
  world.take(Dead{"c", 1, "c"});
  std::map<Endpoint, int> times;
  for (int i = 0; i < 5; ++i) {
    world.pass(200ms);
    std::size_t here = 0;
    for (const auto& packet : world.out.packets) {
      const auto first = decode(packet.messages[0]);
      if (!first.ok() || !std::holds_alternative<Ping>(*first)) {
        ++times[packet.to];
        ++here;
      }
    }
    CHECK(here <= 3);
  }
  CHECK(times[endpointOf(2)] > 0);
  CHECK(times.count(endpointOf(3)) == 0);
  CHECK(times.count(endpointOf(1)) == 0);
}

TEST_CASE("a quiet node needs no timer for gossip") {
  EngineWorld world;
  world.know({"b"});
  answering(world, 10s);
  CHECK(answering(world, 10s) <= 11);
}

TEST_CASE("the time between exchanges grows with the members") {
  CHECK(Exchanges::interval(kLan, 1) == 30s);
  CHECK(Exchanges::interval(kLan, 32) == 30s);
  CHECK(Exchanges::interval(kLan, 33) == 60s);
  CHECK(Exchanges::interval(kLan, 64) == 60s);
  CHECK(Exchanges::interval(kLan, 65) == 90s);
  CHECK(Exchanges::interval(kLan, 128) == 90s);
}

TEST_CASE("tables are swapped with an alive node every so often") {
  EngineWorld world;
  world.know({"b"});
  answering(world, 29s);
  CHECK(world.out.calls.empty());
  answering(world, 31s);
  REQUIRE(world.out.calls.size() == 1);
  CHECK(world.out.calls[0].to == endpointOf(2));
  CHECK(!std::get<PushPull>(world.out.calls[0].request).join);
  CHECK(std::get<PushPull>(world.out.calls[0].request).rows.size() == 2);
}

TEST_CASE("a ping by stream is answered if it is for us, and nothing else but an exchange is") {
  EngineWorld world;
  const auto answer = world.engine.requested(pingTo("us"), world.now);
  REQUIRE(answer);
  CHECK(std::get<Ack>(*answer).sequence == 7);
  CHECK(world.engine.requested(pingTo(""), world.now));
  CHECK(!world.engine.requested(pingTo("b"), world.now));
  CHECK(!world.engine.requested(UserMessage{"x"}, world.now));
  CHECK(!world.engine.requested(Ack{}, world.now));
}

TEST_CASE("the reply to a join is the table as it was before") {
  EngineWorld world;
  const auto reply = world.engine.requested(PushPull{true, {rowOf("b", 2)}, {}}, world.now);
  REQUIRE(reply);
  const auto& table = std::get<PushPull>(*reply);
  CHECK(table.join);
  REQUIRE(table.rows.size() == 1);
  CHECK(table.rows[0].name == "us");
  CHECK(table.rows[0].versions == kVersions);
  CHECK(world.state("b") == NodeState::Alive);
}

TEST_CASE("a leave is told until it was sent often enough, pings are answered meanwhile and nobody is probed") {
  EngineWorld world;
  world.know({"b", "c"});
  world.drain();
  world.engine.leave(world.now);
  CHECK(!world.engine.gone());
  world.pass(2s);
  CHECK(world.engine.gone());
  CHECK(world.sent<Dead>().size() == 4);
  for (const auto& [to, dead] : world.sent<Dead>()) CHECK(dead.from == dead.node);
  CHECK(world.sent<Ping>().empty());
  world.take(pingTo("us"));
  CHECK(world.sent<Ack>().size() == 1);
}

TEST_CASE("who is alone has left at once") {
  EngineWorld world;
  world.engine.leave(world.now);
  CHECK(world.engine.gone());
}
