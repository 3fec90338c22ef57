#include "sse/standing_warnings.h"

#include <doctest/doctest.h>

#include "sse/conformance/fake_host.h"
#include "sse/conformance/fake_loop.h"

using namespace sse;
using namespace std::chrono_literals;

namespace {

struct World {
  conformance::FakeLoop loop;
  conformance::FakeHost host{loop, "self", "self"};
  std::shared_ptr<std::vector<Warned>> told = host.bus().record<Warned>();
  StandingWarnings warnings;
};

}  // namespace

TEST_CASE("a warning is told at once and every minute until it is withdrawn") {
  World world;
  world.warnings.tell(world.host, {"failed", "why", "a"});
  world.warnings.tell(world.host, {"failed", "why", "b"});
  world.loop.run();
  CHECK(world.told->size() == 2);
  world.loop.advance(121s);
  CHECK(world.told->size() == 6);
  world.warnings.withdraw("failed", "a");
  world.loop.advance(60s);
  REQUIRE(world.told->size() == 7);
  CHECK(world.told->back().about == "b");
  world.warnings.withdraw("failed", "b");
  CHECK(world.loop.timers() == 0);
}

TEST_CASE("a warning that is told often is not told beside that, and has the newest text") {
  World world;
  for (int i = 0; i < 10; ++i) {
    world.warnings.tell(world.host, {"failed", std::to_string(i), "a"});
    world.loop.advance(20s);
  }
  CHECK(world.told->size() == 10);
  world.loop.advance(60s);
  REQUIRE(world.told->size() == 11);
  CHECK(world.told->back().text == "9");
  world.warnings.clear();
  CHECK(world.loop.timers() == 0);
}
