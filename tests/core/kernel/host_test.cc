#include "kernel/host.h"

#include <doctest/doctest.h>
#include <stdexcept>

#include "support/plugin_node.h"

using namespace sse;
using test::has;
using test::Node;

namespace {

struct Fixture : Node {
  std::vector<std::string> failures;
  bool room = true;
  kernel::PluginHost host{kernel::PluginHost::Parts{bus.forOwner("auth/x"), std::make_unique<test::LoggerView>(log),
                                                    loop, metrics, journal, info,
                                                    [this](std::function<void()> work, std::function<void()> done) {
                                                      if (!room) return false;
                                                      work();
                                                      loop.post(std::move(done));
                                                      return true;
                                                    },
                                                    [this](std::string_view what) { failures.emplace_back(what); }}};
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "callbacks run as on the loop itself") {
  int ran = 0;
  const auto timer = host.loop().after(Duration(5), [&] { ++ran; });
  const auto watch = host.loop().watch(7, kReadable, [&](std::uint32_t ready) { ran += static_cast<int>(ready) * 10; });
  host.loop().post([&] { ran += 100; });
  loop.advance(Duration(5));
  CHECK(loop.ready(7, kReadable));
  CHECK(ran == 111);
  CHECK(host.loop().now() == loop.now());
  CHECK(failures.empty());
}

TEST_CASE_FIXTURE(Fixture, "what callbacks throw goes to the failure handler, each time") {
  const auto timer = host.loop().after(Duration(5), [] { throw std::runtime_error("timer"); });
  const auto watch = host.loop().watch(7, kReadable, [](std::uint32_t) { throw std::runtime_error("watch"); });
  host.loop().post([] { throw 1; });
  loop.advance(Duration(5));
  loop.ready(7, kReadable);
  REQUIRE(failures.size() == 3);
  CHECK(has(failures[0], "no std::exception"));
  CHECK(has(failures[1], "timer"));
  CHECK(has(failures[2], "watch"));
}

TEST_CASE_FIXTURE(Fixture, "offloaded work is followed by its end unless it throws") {
  int done = 0;
  host.offload([] {}, [&] { ++done; });
  host.offload([] { throw std::runtime_error("work"); }, [&] { ++done; });
  host.offload([] {}, [] { throw std::runtime_error("end"); });
  loop.run();
  CHECK(done == 1);
  REQUIRE(failures.size() == 2);
  CHECK(has(failures[0], "work"));
  CHECK(has(failures[1], "end"));
}

TEST_CASE_FIXTURE(Fixture, "where there is no room the work is left out and its end comes later all the same") {
  room = false;
  bool worked = false;
  int done = 0;
  host.offload([&] { worked = true; }, [&] { ++done; });
  host.offload([] {}, [] { throw std::runtime_error("end"); });
  CHECK(done == 0);
  loop.run();
  CHECK_FALSE(worked);
  CHECK(done == 1);
  REQUIRE(failures.size() == 1);
  CHECK(has(failures[0], "end"));
}
