#include "bus/message_bus.h"

#include <doctest/doctest.h>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "sse/conformance/fake_logger.h"
#include "sse/conformance/fake_loop.h"
#include "sse/conformance/fake_metrics.h"

using namespace sse;
using bus::MessageBus;

namespace {

struct Ping {
  static constexpr std::string_view kTopic = "test.ping/1";
  int number = 0;
};

struct Pong {
  static constexpr std::string_view kTopic = "test.pong/1";
  int number = 0;
};

/// A bus over a loop run by hand, with what went wrong on it.
struct Fixture {
  conformance::FakeLoop loop;
  conformance::FakeMetrics metrics;
  conformance::FakeLogger log;
  std::vector<std::string> failures;
  MessageBus bus{loop, metrics, log,
                 [this](auto owner, auto what) { failures.push_back(std::string(owner) + ": " + std::string(what)); },
                 4};
  std::vector<int> got;

  Registration collect(Bus& from) {
    return from.subscribe<Ping>([this](const Ping& ping) { got.push_back(ping.number); });
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "messages come in order, on the loop and never inside publish") {
  const auto subscription = collect(bus);
  bus.publish(Ping{1});
  bus.publish(Ping{2});
  CHECK(got.empty());
  loop.run();
  CHECK(got == std::vector{1, 2});
}

TEST_CASE_FIXTURE(Fixture, "a burst posts one drain") {
  const auto subscription = collect(bus);
  for (int i = 0; i < 4; ++i) bus.publish(Ping{i});
  CHECK(loop.waiting() == 1);
  CHECK(metrics.gauge("sse_bus_queued", "").value() == 4);
  loop.run();
  CHECK(metrics.gauge("sse_bus_queued", "").value() == 0);
  CHECK(metrics.counter("sse_bus_published_total", "").value() == 4);
}

TEST_CASE_FIXTURE(Fixture, "messages of several types keep the order of publishing") {
  const auto ping = collect(bus);
  const auto pong = bus.subscribe<Pong>([this](const Pong& pong) { got.push_back(-pong.number); });
  bus.publish(Ping{1});
  bus.publish(Pong{2});
  bus.publish(Ping{3});
  loop.run();
  CHECK(got == std::vector{1, -2, 3});
}

TEST_CASE_FIXTURE(Fixture, "what a handler publishes comes in a later turn") {
  std::vector<int> pongs;
  const auto relay = bus.subscribe<Ping>([this](const Ping& ping) { bus.publish(Pong{ping.number}); });
  const auto pong = bus.subscribe<Pong>([&](const Pong& pong) { pongs.push_back(pong.number); });
  bus.publish(Ping{1});
  bus.publish(Ping{2});
  loop.run();
  CHECK(pongs == std::vector{1, 2});
}

TEST_CASE_FIXTURE(Fixture, "a topic is wanted while somebody subscribes to it") {
  CHECK_FALSE(bus.wanted(Ping::kTopic));
  auto first = collect(bus);
  const auto facade = bus.forOwner("transport/relay");
  auto second = collect(*facade);
  CHECK(facade->wanted("test.ping/1"));
  CHECK_FALSE(bus.wanted(Pong::kTopic));
  first.cancel();
  CHECK(bus.wanted(Ping::kTopic));
  second.cancel();
  CHECK_FALSE(bus.wanted(Ping::kTopic));
}

TEST_CASE_FIXTURE(Fixture, "nothing is queued that nobody wants") {
  bus.publish(Ping{1});
  CHECK(loop.waiting() == 0);
}

TEST_CASE_FIXTURE(Fixture, "a subscription gets only what is published after it") {
  const auto first = collect(bus);
  bus.publish(Ping{1});
  std::vector<int> late;
  const auto second = bus.subscribe<Ping>([&](const Ping& ping) { late.push_back(ping.number); });
  bus.publish(Ping{2});
  loop.run();
  CHECK(got == std::vector{1, 2});
  CHECK(late == std::vector{2});
}

TEST_CASE_FIXTURE(Fixture, "a registration may end within its own handler") {
  Registration mine;
  auto kept = std::make_shared<int>(7);
  mine = bus.subscribe<Ping>([this, &mine, kept](const Ping& ping) {
    mine.cancel();
    got.push_back(ping.number + *kept);
  });
  CHECK(mine.active());
  bus.publish(Ping{1});
  bus.publish(Ping{2});
  loop.run();
  CHECK(got == std::vector{8});
  CHECK(kept.use_count() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a handler may end another's registration, of its topic or not, and start new ones") {
  Registration later;
  Registration other;
  Registration fresh;
  auto kept = std::make_shared<int>(0);
  const auto first = bus.subscribe<Ping>([&](const Ping&) {
    later.cancel();
    other.cancel();
    if (!fresh.active()) fresh = collect(bus);
  });
  later = bus.subscribe<Ping>([&, kept](const Ping&) { got.push_back(-1); });
  other = bus.subscribe<Pong>([&, kept](const Pong&) { got.push_back(-2); });
  bus.publish(Ping{1});
  bus.publish(Pong{1});
  loop.run();
  CHECK(got.empty());
  CHECK(kept.use_count() == 1);
  bus.publish(Ping{2});
  loop.run();
  CHECK(got == std::vector{2});
}

TEST_CASE_FIXTURE(Fixture, "a handler that throws is counted, reported and logged once; the others get the message") {
  const auto facade = bus.forOwner("discovery/zoo");
  const auto bad = facade->subscribe<Ping>([](const Ping&) { throw std::runtime_error("boom"); });
  const auto worse = facade->subscribe<Ping>([](const Ping&) { throw 7; });
  const auto good = collect(bus);
  bus.publish(Ping{1});
  bus.publish(Ping{2});
  loop.run();
  CHECK(got == std::vector{1, 2});
  CHECK(metrics.counter("sse_bus_handler_failures_total", "", {{"owner", "discovery/zoo"}}).value() == 4);
  REQUIRE(failures.size() == 4);
  CHECK(failures[0] == "discovery/zoo: boom");
  CHECK(failures[1] == "discovery/zoo: something that is no std::exception");
  auto lines = log.lines("bus-handler-failed");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].fields["owner"] == "discovery/zoo");
  CHECK(lines[0].fields["topic"] == "test.ping/1");
  CHECK(lines[0].fields["what"] == "boom");
}

TEST_CASE_FIXTURE(Fixture, "a full queue drops, counts and reports") {
  const auto subscription = collect(bus);
  for (int i = 0; i < 6; ++i) bus.publish(Ping{i});
  loop.run();
  CHECK(got == std::vector{0, 1, 2, 3});
  CHECK(metrics.counter("sse_bus_dropped_total", "").value() == 2);
  CHECK(log.lines("bus-queue-full").size() == 1);
  CHECK(failures.size() == 1);
}

TEST_CASE("a registration and a posted drain may outlive the bus") {
  conformance::FakeLoop loop;
  conformance::FakeMetrics metrics;
  conformance::FakeLogger log;
  std::optional<MessageBus> bus;
  bus.emplace(loop, metrics, log, nullptr);
  int got = 0;
  auto subscription = bus->subscribe<Ping>([&](const Ping&) { ++got; });
  bus->publish(Ping{1});
  bus.reset();
  loop.run();
  subscription.cancel();
  CHECK(got == 0);
}

TEST_CASE("messages of several threads all arrive, each thread's in order") {
  conformance::FakeLoop loop;
  conformance::FakeMetrics metrics;
  conformance::FakeLogger log;
  MessageBus bus(loop, metrics, log, nullptr);
  std::vector<int> got;
  const auto subscription = bus.subscribe<Ping>([&](const Ping& ping) { got.push_back(ping.number); });
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&bus, t] {
      for (int i = 0; i < 500; ++i) {
        if (bus.wanted(Ping::kTopic)) bus.publish(Ping{t * 1000 + i});
      }
    });
  }
  while (got.size() < 1500) loop.run();
  for (auto& thread : threads) thread.join();
  std::vector<int> next(3, 0);
  for (const int number : got) CHECK(number % 1000 == next[static_cast<std::size_t>(number / 1000)]++);
}
