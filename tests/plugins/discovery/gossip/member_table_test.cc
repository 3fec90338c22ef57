#include "discovery/gossip/member_table.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <set>

#include "plugins/discovery/gossip/engine_world.h"

using namespace sse;
using namespace sse::gossip;
using test::endpointOf;

namespace {

const Clock::time_point kNow{std::chrono::hours(1)};

Member member(const std::string& name, NodeState state = NodeState::Alive, Clock::time_point changed = kNow) {
  return {name, endpointOf(1), "", "", 1, state, changed};
}

}  // namespace

TEST_CASE("a round steps over every node once and ends") {
  Random random(1);
  MemberTable table(100, random);
  for (int i = 0; i < 50; ++i) table.insert(member(std::to_string(i)));
  std::set<std::string> seen;
  while (const auto* next = table.step()) seen.insert(next->name);
  CHECK(seen.size() == 50);
  CHECK(table.step() == nullptr);
  table.newRound(kNow, "");
  CHECK(table.step() != nullptr);
}

TEST_CASE("nodes are put at places by chance") {
  Random random(1);
  MemberTable table(100, random);
  for (int i = 0; i < 50; ++i) table.insert(member(std::to_string(100 + i)));
  const auto byName = [](const Member* a, const Member* b) { return a->name < b->name; };
  CHECK(!std::is_sorted(table.all().begin(), table.all().end(), byName));
}

TEST_CASE("a full table takes in nobody") {
  Random random(1);
  MemberTable table(1, random);
  CHECK(table.insert(member("a")) != nullptr);
  CHECK(table.insert(member("b")) == nullptr);
  CHECK(table.size() == 1);
}

TEST_CASE("a new round forgets whom it may and keeps the rest") {
  Random random(1);
  MemberTable table(10, random);
  const auto before = kNow - std::chrono::seconds(1);
  table.insert(member("alive", NodeState::Alive, before));
  table.insert(member("suspect", NodeState::Suspect, before));
  table.insert(member("dead", NodeState::Dead, before));
  table.insert(member("left", NodeState::Left, before));
  table.insert(member("fresh", NodeState::Dead, kNow));
  table.insert(member("us", NodeState::Left, before));
  CHECK(table.count(NodeState::Left) == 2);
  CHECK(table.newRound(kNow, "us").size() == 2);
  CHECK(table.size() == 4);
  CHECK(table.find("dead") == nullptr);
  CHECK(table.find("left") == nullptr);
  CHECK(table.find("us") != nullptr);
}

TEST_CASE("a sample is of those that fit, each once") {
  Random random(1);
  MemberTable table(100, random);
  for (int i = 0; i < 20; ++i) table.insert(member(std::to_string(i), i < 5 ? NodeState::Alive : NodeState::Dead));
  const auto alive = [](const Member& one) { return one.active(); };
  std::set<const Member*> ever;
  for (int i = 0; i < 100; ++i) {
    const auto sample = table.sample(3, alive);
    CHECK(std::set<const Member*>(sample.begin(), sample.end()).size() == 3);
    ever.insert(sample.begin(), sample.end());
  }
  CHECK(ever.size() == 5);
  CHECK(table.sample(9, alive).size() == 5);
}
