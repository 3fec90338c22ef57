#include "discovery/gossip/versions.h"

#include <doctest/doctest.h>

#include "plugins/discovery/gossip/engine_world.h"

using namespace sse::gossip;
using test::endpointOf;
using test::rowOf;

namespace {

Versions versions(std::initializer_list<int> bytes) {
  Versions made;
  for (const int byte : bytes) made += static_cast<char>(byte);
  return made;
}

/// Whether rows with these vectors, all of this state, go with a table of one plain node.
bool accepts(const std::vector<Versions>& vectors, NodeState state = NodeState::Alive) {
  Random random(1);
  MemberTable table(10, random);
  table.insert({"us", endpointOf(1), "", kVersions, 1, NodeState::Alive, {}});
  std::vector<Row> rows;
  for (const auto& vector : vectors) {
    rows.push_back(rowOf("n" + std::to_string(rows.size()), 2, state));
    rows.back().versions = vector;
  }
  return compatible(rows, table).ok();
}

}  // namespace

TEST_CASE("a vector is possible with six bytes and a range") {
  CHECK(possible(kVersions));
  CHECK(possible(versions({2, 2, 2, 2, 5, 5})));
  CHECK(!possible(versions({1, 5, 2})));
  CHECK(!possible(versions({})));
  CHECK(!possible(versions({0, 5, 2, 0, 0, 0})));
  CHECK(!possible(versions({1, 0, 2, 0, 0, 0})));
  CHECK(!possible(versions({5, 1, 2, 0, 0, 0})));
}

TEST_CASE("nodes whose versions meet are accepted, and no rows at all") {
  CHECK(accepts({}));
  CHECK(accepts({kVersions, versions({1, 4, 2, 0, 0, 0})}));
  CHECK(accepts({versions({2, 5, 3, 0, 0, 0})}));
}

TEST_CASE("one node that speaks what another does not understand refuses the exchange") {
  CHECK(!accepts({versions({1, 5, 6, 0, 0, 0})}));
  CHECK(!accepts({versions({3, 5, 3, 0, 0, 0})}));
  CHECK(!accepts({kVersions, versions({1, 1, 1, 0, 0, 0})}));
  CHECK(!accepts({versions({1, 5, 2, 2, 5, 5})}));
}

TEST_CASE("the dead have to speak a common version too, and do not narrow it") {
  CHECK(!accepts({versions({1, 5, 6, 0, 0, 0})}, NodeState::Dead));
  CHECK(accepts({versions({2, 2, 2, 0, 9, 0})}, NodeState::Dead));
}

TEST_CASE("a row without a vector is refused") {
  CHECK(!accepts({versions({})}));
  CHECK(!accepts({versions({})}, NodeState::Left));
}

TEST_CASE("an exchange that is refused was answered and changes nothing") {
  test::EngineWorld world;
  auto bad = rowOf("c", 3);
  bad.versions = versions({1, 5, 6, 0, 0, 0});
  const auto reply = world.engine.requested(PushPull{true, {rowOf("b", 2), bad}, {}}, world.now);
  CHECK(reply);
  CHECK(world.find("b") == nullptr);
  world.out = world.engine.take();
  CHECK(world.events<ExchangeRefused>().size() == 1);
}
