#include "discovery/gossip/reconnector.h"

#include <doctest/doctest.h>

#include "plugins/discovery/gossip/engine_world.h"

using namespace sse;
using namespace sse::gossip;
using namespace std::chrono_literals;
using test::endpointOf;
using test::EngineWorld;
using test::rowOf;

namespace {

/// Two others, of whom "b" has left.
struct AfterLeave : EngineWorld {
  AfterLeave() {
    know({"b", "c"});
    take(Dead{"b", 1, "b"});
    REQUIRE(state("b") == NodeState::Left);
  }
  /// The push/pulls that were begun in `out` with "b".
  [[nodiscard]] std::vector<OutgoingCall> sought() const {
    std::vector<OutgoingCall> found;
    for (const auto& call : out.calls) {
      const bool swaps = std::holds_alternative<PushPull>(call.request);
      if (swaps && sameSocket(call.to, endpointOf(2))) found.push_back(call);
    }
    return found;
  }
  void fail(const OutgoingCall& call) {
    engine.answered(call.id, Error{Code::Unavailable, "refused"}, now);
    out = engine.take();
  }
  /// "c" is there all the time.
  void passWithC(Duration time) {
    for (Duration at{0}; at < time; at += 500ms) {
      take(test::aliveOf("c", 3, ++number_));
      pass(500ms);
      calls_.insert(calls_.end(), out.calls.begin(), out.calls.end());
    }
    out.calls = std::exchange(calls_, {});
  }

 private:
  std::uint32_t number_ = 1;
  std::vector<OutgoingCall> calls_;
};

}  // namespace

TEST_CASE_FIXTURE(AfterLeave, "one that has left is sought where it was, one try at a time") {
  passWithC(3s);
  const auto calls = sought();
  REQUIRE(calls.size() == 1);
  CHECK_FALSE(std::get<PushPull>(calls[0].request).join);
  fail(calls[0]);
  CHECK(events<ExchangeEnded>().empty());
  passWithC(2s);
  CHECK(sought().size() == 1);
}

TEST_CASE_FIXTURE(AfterLeave, "one that is there again with no memory is a member by the answer") {
  passWithC(2s);
  REQUIRE(sought().size() == 1);
  const StreamMessage answer = PushPull{false, {rowOf("b", 2, NodeState::Alive, 7)}, {}};
  engine.answered(sought()[0].id, answer, now);
  CHECK(state("b") == NodeState::Alive);
  passWithC(3s);
  CHECK(sought().empty());
}

TEST_CASE_FIXTURE(AfterLeave, "nobody is sought who has been forgotten, nor by a node that leaves") {
  passWithC(2s);
  fail(sought().at(0));
  SUBCASE("forgotten") {
    for (int i = 0; i < 40; ++i) {
      passWithC(1s);
      for (const auto& call : sought()) fail(call);
    }
    CHECK_FALSE(state("b"));
  }
  SUBCASE("leaving") { engine.leave(now); }
  passWithC(3s);
  CHECK(sought().empty());
}

TEST_CASE("nobody is sought where nobody has gone") {
  EngineWorld world;
  world.pass(10s);
  CHECK(world.out.calls.empty());
}
