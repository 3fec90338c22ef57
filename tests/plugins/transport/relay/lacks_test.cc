#include "transport/relay/lacks.h"

#include <doctest/doctest.h>

#include "sse/conformance/fake_journal.h"

using namespace sse;
using namespace std::chrono_literals;
using sse::conformance::tagOf;
using sse::relay::Lacks;

namespace {

struct World {
  std::string look(Duration later) {
    now += later;
    const auto read = [](const Tag& origin) { return origin == tagOf("linked"); };
    const auto peer = lacks.look({{tagOf("a"), &of_a}, {tagOf("b"), &of_b}}, here, read, now);
    return !peer ? "" : *peer == tagOf("a") ? "a" : "b";
  }

  Lacks lacks;
  std::vector<Identity> of_a;
  std::vector<Identity> of_b;
  std::vector<Identity> here;
  Clock::time_point now;
};

}  // namespace

TEST_CASE("what a peer has of a node that is gone is taken from who has most, once nothing more comes") {
  World world;
  world.here = {{tagOf("gone"), 5}};
  world.of_a = {{tagOf("gone"), 7}};
  world.of_b = {{tagOf("gone"), 8}};
  CHECK(world.look(0ms).empty());
  CHECK(world.look(14s).empty());
  world.of_b = {{tagOf("gone"), 9}};
  CHECK(world.look(2s).empty());
  CHECK(world.look(14s).empty());
  CHECK(world.look(1s) == "b");
}

TEST_CASE("of a node that nobody here has heard of everything is lacking") {
  World world;
  world.of_a = {{tagOf("gone"), 1}};
  CHECK(world.look(0ms).empty());
  CHECK(world.look(15s) == "a");
}

TEST_CASE("nothing is lacking of nodes that are read, of what is here, or of what has come in time") {
  World world;
  world.here = {{tagOf("gone"), 7}, {tagOf("late"), 1}};
  world.of_a = {{tagOf("gone"), 7}, {tagOf("late"), 2}, {tagOf("linked"), 100}};
  CHECK(world.look(0ms).empty());
  world.here = {{tagOf("gone"), 7}, {tagOf("late"), 2}};
  CHECK(world.look(10s).empty());
  world.here = {{tagOf("gone"), 7}, {tagOf("late"), 1}};
  CHECK(world.look(10s).empty());
  CHECK(world.look(14s).empty());
}

TEST_CASE("fills for what is lacking are a minute apart, and none is for what one has brought") {
  World world;
  world.of_a = {{tagOf("gone"), 1}};
  CHECK(world.look(0ms).empty());
  CHECK(world.look(15s) == "a");
  CHECK(world.look(59s).empty());
  CHECK(world.look(1s) == "a");
  world.lacks.filled(tagOf("b"), {tagOf("b"), 9, {{tagOf("gone"), 1}}});
  CHECK(world.look(60s) == "a");
  world.lacks.filled(tagOf("a"), {tagOf("a"), 9, {{tagOf("gone"), 0}}});
  CHECK(world.look(60s) == "a");
  world.lacks.filled(tagOf("a"), {tagOf("a"), 9, {{tagOf("gone"), 1}}});
  CHECK(world.look(60s).empty());
  world.of_a = {{tagOf("gone"), 2}};
  CHECK(world.look(0ms).empty());
  CHECK(world.look(15s) == "a");
}

TEST_CASE("where there are so many origins that old ones are forgotten nothing is said to be lacking") {
  World world;
  for (std::size_t i = 0; i < Lacks::kMostOrigins; ++i) world.here.push_back({tagOf(std::to_string(i)), 1});
  world.of_a = {{tagOf("gone"), 1}};
  CHECK(world.look(0ms).empty());
  CHECK(world.look(15s).empty());
}
