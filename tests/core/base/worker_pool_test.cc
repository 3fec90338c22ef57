#include "base/worker_pool.h"

#include <atomic>
#include <doctest/doctest.h>
#include <future>
#include <optional>

#include "sse/conformance/fake_loop.h"
#include "sse/conformance/fake_metrics.h"

using namespace sse;
using base::WorkerPool;

TEST_CASE("work runs on another thread and its end comes back to the loop") {
  conformance::FakeMetrics metrics;
  conformance::FakeLoop loop;
  std::thread::id worked;
  bool done = false;
  {
    WorkerPool pool({"test", 2, 8}, [&loop](auto call) { loop.post(std::move(call)); }, metrics);
    REQUIRE(pool.offload([&] { worked = std::this_thread::get_id(); }, [&] { done = true; }));
  }
  CHECK(worked != std::this_thread::get_id());
  CHECK_FALSE(done);
  loop.run();
  CHECK(done);
}

TEST_CASE("all that was taken still runs when the pool ends") {
  conformance::FakeMetrics metrics;
  conformance::FakeLoop loop;
  std::atomic<int> worked{0};
  int done = 0;
  {
    WorkerPool pool({"test", 1, 100}, [&loop](auto call) { loop.post(std::move(call)); }, metrics);
    for (int i = 0; i < 50; ++i) REQUIRE(pool.offload([&] { ++worked; }, [&] { ++done; }));
  }
  loop.run();
  CHECK(worked == 50);
  CHECK(done == 50);
}

TEST_CASE("a full pool refuses, counts and takes nothing") {
  conformance::FakeMetrics metrics;
  conformance::FakeLoop loop;
  std::promise<void> started;
  std::promise<void> release;
  bool refused_ran = false;
  {
    WorkerPool pool({"test", 1, 1}, [&loop](auto call) { loop.post(std::move(call)); }, metrics);
    REQUIRE(pool.offload(
        [&] {
          started.set_value();
          release.get_future().wait();
        },
        [] {}));
    started.get_future().wait();
    REQUIRE(pool.offload([] {}, [] {}));
    CHECK(metrics.gauge("sse_workers_queued", "", {{"pool", "test"}}).value() == 1);
    CHECK_FALSE(pool.offload([&] { refused_ran = true; }, [] {}));
    CHECK(metrics.counter("sse_workers_refused_total", "", {{"pool", "test"}}).value() == 1);
    release.set_value();
  }
  CHECK_FALSE(refused_ran);
}

TEST_CASE("an abandoned pool ends without what waits, and without what does not end") {
  conformance::FakeMetrics metrics;
  std::atomic<int> posted{0};
  std::atomic<int> worked{0};
  std::promise<void> release;
  const auto held = std::make_shared<std::shared_future<void>>(release.get_future());
  const std::weak_ptr<void> blocked = held;
  {
    WorkerPool pool({"test", 1, 8}, [&posted](const auto&) { ++posted; }, metrics);
    std::promise<void> started;
    REQUIRE(pool.offload(
        [&started, held] {
          started.set_value();
          held->wait();
        },
        [] {}));
    started.get_future().wait();
    REQUIRE(pool.offload([&] { ++worked; }, [] {}));
    CHECK_FALSE(pool.abandon(Duration(10)));
    CHECK_FALSE(pool.offload([] {}, [] {}));
  }
  release.set_value();
  while (blocked.use_count() > 1) std::this_thread::yield();
  CHECK(worked == 0);
  CHECK(posted == 0);
}

TEST_CASE("what ends in time is waited for when a pool is abandoned") {
  conformance::FakeMetrics metrics;
  std::atomic<int> posted{0};
  WorkerPool pool({"test", 2, 8}, [&posted](const auto&) { ++posted; }, metrics);
  std::promise<void> started;
  REQUIRE(pool.offload(
      [&started] {
        started.set_value();
        for (int i = 0; i < 100; ++i) std::this_thread::yield();
      },
      [] {}));
  started.get_future().wait();
  CHECK(pool.abandon(Duration(10'000)));
  CHECK(posted == 1);
}
