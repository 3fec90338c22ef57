#include "kernel/farewell.h"

#include <doctest/doctest.h>

#include "sse/conformance/fake_host.h"
#include "sse/conformance/fake_logger.h"
#include "sse/conformance/fake_loop.h"
#include "sse/messages.h"

using namespace sse;
using namespace std::chrono_literals;

namespace {

struct World {
  conformance::FakeLoop loop;
  conformance::FakeHost host{loop, "self", "self"};
  conformance::FakeLogger log;
  kernel::Farewell farewell{host.bus(), loop, log};
  int ended = 0;

  void begin(std::uint64_t head, std::uint64_t acknowledged) {
    farewell.begin(head, acknowledged, 5s, [this] { ++ended; });
    CHECK(ended == 0);
    loop.run();
  }
  void acknowledge(std::uint64_t position) {
    host.bus().publish(PeersAcknowledged{position});
    loop.run();
  }
};

}  // namespace

TEST_CASE_FIXTURE(World, "nothing is waited for where the peers have everything") {
  begin(7, 7);
  loop.advance(1ms);
  CHECK(ended == 1);
  CHECK_FALSE(host.bus().wanted(PeersAcknowledged::kTopic));
}

TEST_CASE_FIXTURE(World, "the end waits for the last event to be acknowledged and comes once") {
  begin(7, 3);
  acknowledge(6);
  loop.advance(4s);
  CHECK(ended == 0);
  acknowledge(7);
  acknowledge(8);
  loop.advance(10s);
  CHECK(ended == 1);
  CHECK(log.lines("left-behind").empty());
}

TEST_CASE_FIXTURE(World, "a peer that does not acknowledge holds the end up for the limit only, which is told") {
  begin(7, 3);
  loop.advance(5s);
  CHECK(ended == 1);
  REQUIRE(log.lines("left-behind").size() == 1);
  CHECK(log.lines("left-behind")[0].fields["limit_ms"] == "5000");
}
