#include "plugins/discovery/gossip/simulation.h"

#include <ctime>
#include <doctest/doctest.h>

using namespace sse;
using namespace sse::gossip;
using namespace std::chrono_literals;
using test::SimNode;
using test::Simulation;

// A failure is seen again with the seed that it prints: SSE_GOSSIP_SEED=<seed>.
#define WITH_SEED(sim) INFO("SSE_GOSSIP_SEED=" << (sim).seed())

namespace {

bool isDead(const MemberChanged& change) { return change.member.state == NodeState::Dead; }

std::size_t deaths(Simulation& sim) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < sim.size(); ++i) count += sim.node(i).told<MemberChanged>(isDead);
  return count;
}

bool allSee(Simulation& sim, const std::string& name, std::optional<NodeState> state) {
  for (std::size_t i = 0; i < sim.size(); ++i) {
    if (sim.node(i).up && sim.node(i).name != name && sim.node(i).sees(name) != state) return false;
  }
  return true;
}

/// A cluster that has converged.
void settled(Simulation& sim, std::size_t count) {
  sim.grow(count);
  REQUIRE(sim.runUntil([&] { return sim.converged(); }, 60s));
}

/// The latest that a crash may be known to all: the longest two rounds of probing can leave a node out, a probe that
/// fails, the suspicion unconfirmed, and gossip.
Duration detectionBound(std::size_t members) {
  const Clock::time_point start;
  const Suspicion suspicion(kLan, members, "", start);
  const auto unconfirmed = std::chrono::duration_cast<Duration>(suspicion.deadline() - start);
  return 2 * (members + 1) * kLan.probe_interval + unconfirmed + 2s;
}

}  // namespace

namespace {

// One thread runs it all: ThreadSanitizer would find nothing, and take minutes to do so.
#ifdef __SANITIZE_THREAD__
constexpr bool kSkip = true;
#else
constexpr bool kSkip = false;
#endif

}  // namespace

TEST_SUITE_BEGIN("simulation" * doctest::skip(kSkip));

TEST_CASE("clusters of 3, 10 and 100 nodes that start at once converge") {
  for (const std::size_t count : {3U, 10U, 100U}) {
    CAPTURE(count);
    Simulation sim(count);
    WITH_SEED(sim);
    sim.grow(count);
    const auto took = sim.runUntil([&] { return sim.converged(); }, 30s);
    REQUIRE(took);
    MESSAGE(count << " nodes converged after " << took->count() << " ms");
    CHECK(deaths(sim) == 0);
  }
}

TEST_CASE("500 nodes that start at once converge") {
  // Instrumented code is many times slower, and finds its faults among fewer nodes as well.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr std::size_t kCount = 100;
#else
  constexpr std::size_t kCount = 500;
#endif
  Simulation sim(500);
  WITH_SEED(sim);
  sim.grow(kCount);
  const auto took = sim.runUntil([&] { return sim.converged(); }, 60s);
  REQUIRE(took);
  MESSAGE(kCount << " nodes converged after " << took->count() << " ms");
  const auto bytes = sim.sentBytes();
  const auto packets = sim.sentPackets();
  const auto clock = std::clock();
  sim.run(60s);
  const auto cpu = static_cast<double>(std::clock() - clock) / CLOCKS_PER_SEC;
  MESSAGE(kCount << " nodes, quiet: CPU of each, and of the simulation for it: " << cpu / 60 / kCount * 100
                 << " % of a core");
  MESSAGE(kCount << " nodes, quiet: " << (sim.sentBytes() - bytes) / 60 / kCount << " bytes/s and "
                 << static_cast<double>(sim.sentPackets() - packets) / 60 / kCount << " packets/s per node");
  CHECK(sim.converged());
}

TEST_CASE("quiet clusters of 3 and 10 nodes send little") {
  for (const std::size_t count : {3U, 10U}) {
    CAPTURE(count);
    Simulation sim(7);
    WITH_SEED(sim);
    settled(sim, count);
    const auto bytes = sim.sentBytes();
    const auto packets = sim.sentPackets();
    sim.run(300s);
    const auto rate = (sim.sentBytes() - bytes) / 300 / count;
    MESSAGE(count << " nodes, quiet: " << rate << " bytes/s and "
                  << static_cast<double>(sim.sentPackets() - packets) / 300 / static_cast<double>(count)
                  << " packets/s per node");
    CHECK(rate > 50);
    CHECK(rate < 500);
  }
}

TEST_CASE("a crash is known to all in time and nobody else is taken for dead") {
  for (const std::size_t count : {2U, 3U, 5U, 20U, 100U}) {
    CAPTURE(count);
    Simulation sim(11);
    WITH_SEED(sim);
    settled(sim, count);
    sim.crash(sim.node(1));
    const auto took = sim.runUntil([&] { return allSee(sim, "n1", NodeState::Dead); }, detectionBound(count));
    REQUIRE(took);
    MESSAGE(count << " nodes: a crash was known to all after " << took->count() << " ms");
    CHECK(deaths(sim) == count - 1);
    REQUIRE(sim.runUntil([&] { return allSee(sim, "n1", std::nullopt); }, 30s + 2 * count * 1s));
  }
}

TEST_CASE("lost packets make nobody dead in hours") {
  for (const auto& [count, loss] :
       {std::pair(3U, 0.01), std::pair(3U, 0.05), std::pair(10U, 0.03), std::pair(20U, 0.05)}) {
    CAPTURE(count);
    CAPTURE(loss);
    Simulation sim(13);
    WITH_SEED(sim);
    sim.jitter = 20ms;
    settled(sim, count);
    sim.loss = loss;
    sim.run(2h);
    CHECK(deaths(sim) == 0);
  }
}

TEST_CASE("nodes that are busy for a fifth of a second at a time are not even suspected in hours") {
  for (const std::size_t count : {3U, 10U}) {
    CAPTURE(count);
    Simulation sim(15);
    WITH_SEED(sim);
    settled(sim, count);
    sim.jitter = 200ms;
    sim.run(3h);
    for (std::size_t i = 0; i < count; ++i) {
      const auto suspects = [](const MemberChanged& change) { return change.member.state == NodeState::Suspect; };
      CHECK(sim.node(i).told<MemberChanged>(suspects) == 0);
      CHECK(sim.node(i).told<Refuted>() == 0);
    }
  }
}

TEST_CASE("a path that is dead in one direction makes nobody dead") {
  Simulation sim(17);
  WITH_SEED(sim);
  settled(sim, 5);
  sim.cut = [&](const SimNode& from, const SimNode& to) { return from.name == "n1" && to.name == "n3"; };
  sim.run(600s);
  CHECK(deaths(sim) == 0);
}

TEST_CASE("a leave is seen at once, as left") {
  for (const std::size_t count : {2U, 3U, 10U, 50U}) {
    CAPTURE(count);
    Simulation sim(19);
    WITH_SEED(sim);
    settled(sim, count);
    sim.leave(sim.node(1));
    const auto took = sim.runUntil([&] { return allSee(sim, "n1", NodeState::Left); }, 3s);
    REQUIRE(took);
    REQUIRE(sim.runUntil([&] { return !sim.node(1).up; }, 5s));
    CHECK(deaths(sim) == 0);
    sim.run(5s);
    CHECK(allSee(sim, "n1", NodeState::Left));
  }
}

TEST_CASE("the last node leaves without waiting") {
  Simulation sim(23);
  sim.grow(1);
  sim.run(1s);
  sim.leave(sim.node(0));
  CHECK(!sim.node(0).up);
}

TEST_CASE("a partition heals, also when both sides have forgotten each other") {
  for (const auto length : {5s, 60s, 300s}) {
    CAPTURE(length.count());
    Simulation sim(29);
    WITH_SEED(sim);
    settled(sim, 10);
    const auto half = [](const SimNode& node) { return node.name < "n5"; };
    sim.cut = [&](const SimNode& from, const SimNode& to) { return half(from) != half(to); };
    sim.run(length);
    if (length > 60s) CHECK(sim.node(0).sees("n9") == std::nullopt);
    sim.cut = nullptr;
    REQUIRE(sim.runUntil([&] { return sim.converged(); }, 90s));
    const auto before = deaths(sim);
    sim.run(60s);
    CHECK(deaths(sim) == before);
    CHECK(sim.converged());
  }
}

TEST_CASE("a restart is taken back at once, whatever the others had noticed") {
  for (const auto away : {0s, 2s, 8s, 25s, 90s}) {
    CAPTURE(away.count());
    Simulation sim(31);
    WITH_SEED(sim);
    settled(sim, 4);
    sim.crash(sim.node(1));
    sim.run(away);
    sim.node(1).meta = "9090";
    sim.start(sim.node(1));
    const auto back = [&] {
      const auto* member = sim.node(3).engine->membership().table().find("n1");
      return sim.converged() && member->meta == "9090";
    };
    CHECK(sim.runUntil(back, 5s));
  }
}

TEST_CASE("a name moves to another address at once after a leave, and after a crash once it is forgotten") {
  for (const bool leaves : {true, false}) {
    CAPTURE(leaves);
    Simulation sim(37);
    WITH_SEED(sim);
    settled(sim, 4);
    leaves ? sim.leave(sim.node(1)) : sim.crash(sim.node(1));
    sim.run(3s);
    sim.move(sim.node(1));
    sim.start(sim.node(1));
    const auto moved = [&] {
      const auto* member = sim.node(3).engine->membership().table().find("n1");
      return sim.converged() && member->endpoint == sim.node(1).endpoint;
    };
    CHECK(sim.runUntil(moved, leaves ? 5s : detectionBound(4) + 30s + 8s + 45s));
    CHECK((sim.node(1).told<NameConflict>([](const NameConflict& one) { return one.ours; }) == 0) == leaves);
  }
}

TEST_CASE("of two nodes with one name the newcomer is told, and the cluster keeps the first") {
  Simulation sim(41);
  WITH_SEED(sim);
  settled(sim, 4);
  auto& twin = sim.add("n3");
  sim.start(twin);
  sim.run(60s);
  const auto ours = [](const NameConflict& one) { return one.ours; };
  CHECK(twin.told<NameConflict>(ours) > 0);
  CHECK(sim.node(0).told<NameConflict>() > 0);
  const auto* first = sim.node(0).engine->membership().table().find("n3");
  CHECK(first->endpoint == sim.node(3).endpoint);
  sim.leave(twin);
  sim.run(10s);
  CHECK(deaths(sim) == 0);
  const auto gone = [](const MemberChanged& one) { return one.member.state == NodeState::Left; };
  for (std::size_t i = 0; i < 4; ++i) CHECK(sim.node(i).told<MemberChanged>(gone) == 0);
  CHECK(sim.node(3).told<Refuted>() == 0);
  sim.leave(sim.node(3));
  sim.run(2s);
  CHECK(sim.node(0).sees("n3") == NodeState::Left);
}

TEST_CASE("forged accusations are refuted") {
  Simulation sim(43);
  WITH_SEED(sim);
  settled(sim, 5);
  sim.inject(sim.node(0), Suspect{"nobody", 1, "n2"});
  CHECK(sim.node(0).sees("n2") == NodeState::Suspect);
  // Whom gossip misses by chance learns it from the next exchange of tables.
  REQUIRE(sim.runUntil([&] { return sim.converged(); }, 65s));
  CHECK(sim.node(2).engine->membership().us().incarnation == 2);
  sim.inject(sim.node(0), Dead{"nobody", 70, "n2"});
  CHECK(sim.node(0).sees("n2") == NodeState::Dead);
  REQUIRE(sim.runUntil([&] { return sim.converged(); }, 65s));
  CHECK(sim.node(2).engine->membership().us().incarnation == 71);
  CHECK(sim.node(2).told<Refuted>() == 2);
}

TEST_CASE("a join is tried again until the hosts are there") {
  Simulation sim(47);
  WITH_SEED(sim);
  for (int i = 0; i < 4; ++i) sim.add("n" + std::to_string(i));
  sim.start(sim.node(3));
  sim.run(120s);
  CHECK(!sim.node(3).engine->joiner().joined());
  CHECK(sim.node(3).told<ExchangeEnded>() >= 15);
  CHECK(sim.node(3).told<ExchangeEnded>() <= 60);
  sim.start(sim.node(2));
  CHECK(sim.runUntil([&] { return sim.converged(); }, Joiner::kMaxDelay * 3 / 2 + 2s));
  CHECK(sim.node(3).engine->joiner().joined());
}

TEST_CASE("nodes with another label or key never join") {
  for (const bool by_key : {true, false}) {
    CAPTURE(by_key);
    Simulation sim(53);
    WITH_SEED(sim);
    for (int i = 0; i < 6; ++i) {
      auto& node = sim.add("n" + std::to_string(i));
      node.hosts.push_back(sim.node(0).endpoint);
      if (by_key) node.wire.keys = *KeyRing::parse(i < 3 ? "0123456789abcdef" : "fedcba9876543210");
      if (!by_key && i < 3) node.wire.label = "blue";
    }
    for (std::size_t i = 0; i < 6; ++i) sim.start(sim.node(i));
    sim.run(120s);
    for (std::size_t i = 0; i < 6; ++i) {
      CHECK(sim.node(i).engine->membership().table().size() == (i < 3 ? 3 : 1));
    }
    CHECK(sim.node(0).undecodable > 0);
  }
}

TEST_CASE("keys are changed under way by rings whose first differs") {
  Simulation sim(59);
  WITH_SEED(sim);
  for (int i = 0; i < 3; ++i) {
    auto& node = sim.add("n" + std::to_string(i));
    node.hosts = {sim.node(0).endpoint};
    node.wire.keys =
        *KeyRing::parse(i == 0 ? "0123456789abcdef,fedcba9876543210" : "fedcba9876543210,0123456789abcdef");
    sim.start(node);
  }
  CHECK(sim.runUntil([&] { return sim.converged(); }, 5s));
  CHECK(sim.node(0).undecodable == 0);
}

TEST_CASE("nodes come and go by the dozen and the rest agree on who is there") {
  Simulation sim(61);
  WITH_SEED(sim);
  sim.loss = 0.02;
  sim.jitter = 30ms;
  settled(sim, 30);
  for (std::size_t round = 0; round < 20; ++round) {
    auto& node = sim.node(3 + round % 27);
    if (node.up) round % 2 == 0 ? sim.crash(node) : sim.leave(node);
    sim.run(2s);
    if (round >= 10 && !sim.node(3 + round - 10).up) sim.start(sim.node(3 + round - 10));
  }
  CHECK(sim.runUntil([&] { return sim.converged(); }, 120s));
}

TEST_CASE("the same seed gives the same run") {
  const auto run = [] {
    Simulation sim(67);
    sim.loss = 0.1;
    sim.grow(10);
    sim.run(60s);
    return std::pair(sim.sentBytes(), sim.sentPackets());
  };
  CHECK(run() == run());
}

TEST_SUITE_END();
