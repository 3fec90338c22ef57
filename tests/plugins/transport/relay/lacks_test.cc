#include "transport/relay/lacks.h"

#include <doctest/doctest.h>

#include "sse/conformance/fake_journal.h"

using namespace sse;
using namespace std::chrono_literals;
using sse::conformance::tagOf;
using sse::relay::Lacks;

namespace {

struct World {
  std::optional<std::string> look(Duration later) {
    now += later;
    const auto read = [](const Tag& origin) { return origin == tagOf("linked"); };
    return lacks.look({{&a, &of_a}, {&b, &of_b}}, here, read, now);
  }

  Lacks lacks;
  std::string a = "a";
  std::string b = "b";
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
  CHECK_FALSE(world.look(0ms));
  CHECK_FALSE(world.look(14s));
  world.of_b = {{tagOf("gone"), 9}};
  CHECK_FALSE(world.look(2s));
  CHECK_FALSE(world.look(14s));
  CHECK(world.look(1s) == "b");
}

TEST_CASE("of a node that nobody here has heard of everything is lacking") {
  World world;
  world.of_a = {{tagOf("gone"), 1}};
  CHECK_FALSE(world.look(0ms));
  CHECK(world.look(15s) == "a");
}

TEST_CASE("nothing is lacking of nodes that are read, of what is here, or of what has come in time") {
  World world;
  world.here = {{tagOf("gone"), 7}, {tagOf("late"), 1}};
  world.of_a = {{tagOf("gone"), 7}, {tagOf("late"), 2}, {tagOf("linked"), 100}};
  CHECK_FALSE(world.look(0ms));
  world.here = {{tagOf("gone"), 7}, {tagOf("late"), 2}};
  CHECK_FALSE(world.look(10s));
  world.here = {{tagOf("gone"), 7}, {tagOf("late"), 1}};
  CHECK_FALSE(world.look(10s));
  CHECK_FALSE(world.look(14s));
}

TEST_CASE("fills for what is lacking are a minute apart, and none is for what one has brought") {
  World world;
  world.of_a = {{tagOf("gone"), 1}};
  CHECK_FALSE(world.look(0ms));
  CHECK(world.look(15s) == "a");
  CHECK_FALSE(world.look(59s));
  CHECK(world.look(1s) == "a");
  world.lacks.filled("b");
  CHECK(world.look(60s) == "a");
  world.lacks.filled("a");
  CHECK_FALSE(world.look(60s));
  world.of_a = {{tagOf("gone"), 2}};
  CHECK_FALSE(world.look(0ms));
  CHECK(world.look(15s) == "a");
}

TEST_CASE("where there are so many origins that old ones are forgotten nothing is said to be lacking") {
  World world;
  for (std::size_t i = 0; i < Lacks::kMostOrigins; ++i) world.here.push_back({tagOf(std::to_string(i)), 1});
  world.of_a = {{tagOf("gone"), 1}};
  CHECK_FALSE(world.look(0ms));
  CHECK_FALSE(world.look(15s));
}
