#include "discovery/gossip/joiner.h"

#include <doctest/doctest.h>

#include "plugins/discovery/gossip/engine_world.h"

using namespace sse;
using namespace sse::gossip;
using namespace std::chrono_literals;
using test::aliveOf;
using test::endpointOf;
using test::EngineWorld;
using test::rowOf;

namespace {

const EngineSettings kUs{"us", endpointOf(1), "8080"};

/// A node that joins: it has asked for its hosts.
struct Joining : EngineWorld {
  Joining() : EngineWorld(kUs, true) {
    pass(0ms);
    REQUIRE(out.hosts_wanted);
  }
  void hosts(const std::vector<Endpoint>& endpoints) {
    engine.hosts(endpoints, now);
    out = engine.take();
  }
  void answer(std::uint64_t call, const Result<StreamMessage>& answer) {
    engine.answered(call, answer, now);
    out = engine.take();
  }
  void failAll() {
    for (const auto& call : std::exchange(out.calls, {})) engine.answered(call.id, Error{Code::Unavailable, "x"}, now);
    out = engine.take();
  }
};

StreamMessage table(std::vector<Row> rows) { return PushPull{true, std::move(rows), {}}; }

}  // namespace

TEST_CASE("every host is asked to let us in, except ourselves") {
  Joining world;
  world.hosts({endpointOf(1), endpointOf(2), endpointOf(3)});
  REQUIRE(world.out.calls.size() == 2);
  CHECK(std::get<PushPull>(world.out.calls[0].request).join);
  CHECK(std::get<PushPull>(world.out.calls[0].request).rows.size() == 1);
  CHECK(world.out.calls[0].deadline == world.now + 10s);
}

TEST_CASE("one host that answers is enough to have joined") {
  Joining world;
  world.hosts({endpointOf(2), endpointOf(3)});
  const auto calls = world.out.calls;
  world.answer(calls[0].id, table({rowOf("b", 2), rowOf("c", 3)}));
  CHECK(world.engine.joiner().joined());
  CHECK(world.state("b") == NodeState::Alive);
  CHECK(world.state("c") == NodeState::Alive);
  REQUIRE(world.events<ExchangeEnded>().size() == 1);
  CHECK(world.events<ExchangeEnded>()[0].error.empty());
}

TEST_CASE("while no host is reached they are asked for again, ever less often") {
  Joining world;
  std::vector<Duration> waits;
  for (int i = 0; i < 10; ++i) {
    world.hosts({endpointOf(2)});
    REQUIRE(world.out.calls.size() == 1);
    world.failAll();
    const auto since = world.now;
    for (world.out = {}; !world.out.hosts_wanted;) world.pass(10ms);
    waits.push_back(std::chrono::duration_cast<Duration>(world.now - since));
  }
  CHECK(!world.engine.joiner().joined());
  CHECK(world.engine.joiner().tried());
  CHECK(waits[0] >= Joiner::kFirstDelay / 2);
  CHECK(waits[0] <= Joiner::kFirstDelay * 3 / 2 + 10ms);
  for (const auto& wait : waits) CHECK(wait <= Joiner::kMaxDelay * 3 / 2 + 10ms);
  CHECK(waits[9] >= Joiner::kMaxDelay / 2);
}

TEST_CASE("hosts that do not resolve are asked for again") {
  Joining world;
  world.hosts({});
  CHECK(world.out.calls.empty());
  world.pass(1s);
  CHECK(world.out.hosts_wanted);
}

TEST_CASE("a node that is its own host has joined once the others were tried") {
  Joining world;
  world.hosts({endpointOf(1), endpointOf(2)});
  CHECK(!world.engine.joiner().joined());
  world.failAll();
  CHECK(world.engine.joiner().joined());
}

TEST_CASE("a host that turns out to be ourselves is as good as one that says so") {
  Joining world;
  world.hosts({{std::string("\x7f\0\0\1", 4), 7946}});
  const auto id = world.out.calls.at(0).id;
  world.answer(id, table({rowOf("us", 1)}));
  CHECK(world.engine.joiner().joined());
  CHECK(world.events<NameConflict>().empty());
}

TEST_CASE("an answer that is none, a refusal or a table that does not match is no success") {
  auto foreign = rowOf("b", 2);
  foreign.versions = std::string("\x01\x05\x02\x02\x05\x05", 6);
  for (const auto& bad :
       {Result<StreamMessage>(StreamMessage(Ack{})), Result<StreamMessage>(StreamMessage(Refusal{"go away"})),
        Result<StreamMessage>(table({foreign}))}) {
    Joining world;
    world.hosts({endpointOf(2)});
    const auto id = world.out.calls.at(0).id;
    world.answer(id, bad);
    CHECK(!world.engine.joiner().joined());
    CHECK(!world.events<ExchangeEnded>().at(0).error.empty());
    world.answer(id, table({rowOf("b", 2)}));
    CHECK(world.find("b") == nullptr);
  }
}

TEST_CASE("who has joined tries one host that is no member now and then") {
  Joining world;
  world.hosts({endpointOf(2)});
  world.answer(world.out.calls.at(0).id, table({rowOf("b", 2)}));
  world.out = {};
  for (int i = 0; i < 46 && !world.out.hosts_wanted; ++i) {
    world.pass(1s);
    world.take(aliveOf("b", 2, static_cast<std::uint32_t>(i + 2)));
    if (world.engine.joiner().next() == Clock::time_point::max()) break;
  }
  world.hosts({endpointOf(1), endpointOf(2), endpointOf(3), endpointOf(4)});
  REQUIRE(world.out.calls.size() == 1);
  CHECK((world.out.calls[0].to == endpointOf(3) || world.out.calls[0].to == endpointOf(4)));
}

TEST_CASE("hosts that resolve to more than can be tried at once are tried in part") {
  Joining world;
  std::vector<Endpoint> many;
  for (int i = 2; i < 102; ++i) many.push_back(endpointOf(static_cast<char>(i)));
  world.hosts(many);
  CHECK(world.out.calls.size() == Joiner::kAtOnce);
}

TEST_CASE("who leaves joins no more") {
  Joining world;
  world.engine.leave(world.now);
  world.hosts({endpointOf(2)});
  CHECK(world.out.calls.empty());
  CHECK(world.engine.joiner().next() == Clock::time_point::max());
}
