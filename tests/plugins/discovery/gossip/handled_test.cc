// What an engine does with each captured message.
#include <doctest/doctest.h>

#include "plugins/discovery/gossip/engine_world.h"
#include "vector_cases.h"

using namespace sse;
using namespace sse::gossip;
using namespace std::chrono_literals;
using gossip::test::endpointOf;
using gossip::test::EngineWorld;
using gossip::test::VectorCase;
using gossip::test::vectors;

namespace {

EngineSettings settingsOf(const std::string& name) { return {name.empty() ? "us" : name, endpointOf(1), "8080"}; }

/// Nothing came of it.
void checkQuiet(const EngineWorld& world) {
  CHECK(world.out.packets.empty());
  CHECK(world.out.calls.empty());
  CHECK(world.out.events.empty());
}

Alive aliveAs(const std::string& node, std::uint32_t incarnation) {
  auto message = gossip::test::aliveOf(node, 2, incarnation);
  message.node = node;
  return message;
}

void checkHandled(const Ping& ping) {
  EngineWorld world(settingsOf(ping.node));
  world.take(ping);
  const auto acks = world.sent<Ack>();
  REQUIRE(acks.size() == 1);
  CHECK(acks[0].second.sequence == ping.sequence);
  EngineWorld other(settingsOf("somebody else"));
  other.take(ping);
  CHECK(other.sent<Ack>().empty());
}

void checkHandled(const IndirectPing& asked) {
  EngineWorld world;
  world.take(asked);
  const auto pings = world.sent<Ping>();
  REQUIRE(pings.size() == 1);
  CHECK(pings[0].first.address == asked.target);
  CHECK(pings[0].second.node == asked.node);
  world.take(Ack{{}, pings[0].second.sequence});
  REQUIRE(world.sent<Ack>().size() == 1);
  CHECK(world.sent<Ack>()[0].second.sequence == asked.sequence);
}

void checkHandled(const Ack& ack) {
  EngineWorld world;
  world.take(ack);
  checkQuiet(world);
}

void checkHandled(const Nack& nack) {
  EngineWorld world;
  world.take(nack);
  checkQuiet(world);
}

void checkHandled(const Suspect& suspect) {
  EngineWorld world;
  world.take(aliveAs(suspect.node, suspect.incarnation));
  world.take(suspect);
  CHECK(world.state(suspect.node) == NodeState::Suspect);
  EngineWorld accused(settingsOf(suspect.node));
  accused.take(suspect);
  CHECK(accused.incarnation() == suspect.incarnation + 1);
}

void checkHandled(const Dead& dead) {
  EngineWorld world;
  world.take(aliveAs(dead.node, dead.incarnation));
  world.take(dead);
  CHECK(world.state(dead.node) == (dead.from == dead.node ? NodeState::Left : NodeState::Dead));
}

void checkHandled(const Alive& alive) {
  EngineWorld world;
  world.take(alive);
  REQUIRE(world.find(alive.node) != nullptr);
  const auto& member = *world.find(alive.node);
  CHECK(member.state == NodeState::Alive);
  CHECK(member.meta == alive.meta);
  CHECK(member.incarnation == alive.incarnation);
  CHECK(member.endpoint.port == alive.port);
  CHECK(plainAddress(member.endpoint.address) == plainAddress(alive.address));
}

void checkHandled(const UserMessage& user) {
  EngineWorld world;
  world.take(user);
  checkQuiet(world);
}

void checkMembers(const EngineWorld& world, const PushPull& exchange) {
  for (const auto& row : exchange.rows) {
    CAPTURE(row.name);
    if (row.state == NodeState::Alive) CHECK(world.state(row.name) == NodeState::Alive);
    // Nothing was known of it, so nothing is to be said of it.
    if (row.state != NodeState::Alive) CHECK(!world.find(row.name));
  }
}

/// An engine that asks one host to let it in; the number of the call that does.
std::uint64_t join(EngineWorld& world) {
  world.pass(0ms);
  world.engine.hosts({endpointOf(2)}, world.now);
  world.out = world.engine.take();
  REQUIRE(world.out.calls.size() == 1);
  return world.out.calls[0].id;
}

void answer(EngineWorld& world, const StreamMessage& message) {
  world.engine.answered(join(world), message, world.now);
  world.out = world.engine.take();
}

void checkHandledInStream(const PushPull& exchange) {
  EngineWorld asked;
  const auto reply = asked.engine.requested(exchange, asked.now);
  REQUIRE(reply);
  CHECK(std::get<PushPull>(*reply).rows.size() == 1);
  checkMembers(asked, exchange);
  EngineWorld joining(settingsOf("us"), true);
  answer(joining, exchange);
  CHECK(joining.engine.joiner().joined());
  checkMembers(joining, exchange);
}

void checkHandledInStream(const Ping& ping) {
  EngineWorld world(settingsOf(ping.node));
  const auto reply = world.engine.requested(ping, world.now);
  REQUIRE(reply);
  CHECK(std::get<Ack>(*reply).sequence == ping.sequence);
}

void checkHandledInStream(const Refusal& refusal) {
  EngineWorld world(settingsOf("us"), true);
  answer(world, refusal);
  REQUIRE(world.events<ExchangeEnded>().size() == 1);
  CHECK(world.events<ExchangeEnded>()[0].error.find(refusal.text) != std::string::npos);
  CHECK(!world.engine.joiner().joined());
}

/// Acks and user messages: no request, so the stream is closed, and no answer to a join.
template <typename Message>
void checkHandledInStream(const Message& message) {
  EngineWorld world(settingsOf("us"), true);
  CHECK(!world.engine.requested(message, world.now));
  answer(world, message);
  CHECK(!world.engine.joiner().joined());
}

StreamMessage readStream(const VectorCase& one) {
  const bool listens = one.label_shown || one.settings.label.empty();
  StreamDecoder decoder(one.settings, listens ? StreamSide::Listener : StreamSide::Initiator);
  auto message = decoder.feed(one.bytes);
  REQUIRE(message.ok());
  REQUIRE(*message);
  return **message;
}

}  // namespace

TEST_CASE("every captured message is handled") {
  int count = 0;
  for (const auto& vector : vectors()) {
    CAPTURE(vector["name"].get<std::string>());
    const VectorCase one(vector);
    ++count;
    if (vector["transport"] == "tcp") {
      std::visit([](const auto& message) { checkHandledInStream(message); }, readStream(one));
      continue;
    }
    for (const auto& message : unpack(one.settings, one.bytes).messages) {
      std::visit([](const auto& each) { checkHandled(each); }, message);
    }
  }
  CHECK(count == 52);
}
