#include <random>

#include "core/stream/world.h"

using namespace sse;
using test::Texts;
using test::World;

namespace {

channel::Limits roomy() {
  channel::Limits limits;
  limits.history_events = limits.backlog_events = 100'000;
  limits.history_bytes = limits.backlog_bytes = std::size_t{256} << 20;
  limits.budget = std::size_t{512} << 20;
  return limits;
}

std::string dataOf(int i, std::size_t size) { return std::to_string(i) + ":" + std::string(size, 'd'); }

World::Wish tight(stream::Framing framing, std::vector<std::string> channels) {
  World::Wish wish;
  wish.framing = framing;
  wish.channels = std::move(channels);
  wish.send_buffer = 4096;
  return wish;
}

}  // namespace

TEST_CASE("a reader that stops is resumed exactly where it stopped, without loss or repeat") {
  auto framing = stream::Framing::Chunked;
  std::vector<std::string> channels = {"a"};
  SUBCASE("one channel") {}
  SUBCASE("HTTP/1.0") { framing = stream::Framing::Plain; }
  SUBCASE("two channels") { channels.emplace_back("b"); }
  World world(roomy());
  const auto reader = world.open(tight(framing, channels));
  std::mt19937 random(3);
  Texts expected;
  for (int i = 0; i < 400; ++i) {
    const auto data = dataOf(i, random() % 3000);
    const auto& channel = channels[random() % channels.size()];
    world.publish({{channel, data}, {"other", "-"}});
    expected.push_back(data);
    // Reads a little now and then, also less than one event, so that writes break off anywhere.
    if (i % 40 == 0) reader->read(random() % 5000);
    world.settle();
  }
  world.readUntil(*reader, [&] { return reader->data().size() >= expected.size(); });
  CHECK(reader->data() == expected);
  world.publish("a", "live");
  world.readUntil(*reader, [&] { return reader->data().size() > expected.size(); });
  CHECK(reader->data().back() == "live");
}

TEST_CASE("a stuck reader costs the others nothing") {
  World world(roomy());
  const auto stuck = world.open(tight(stream::Framing::Chunked, {"a"}));
  const auto other = world.open("a");
  for (int i = 0; i < 50; ++i) {
    world.publish("a", dataOf(i, 2000));
    other->read();
  }
  world.on([&] {
    CHECK(stuck->session->blocked());
    CHECK_FALSE(other->session->blocked());
  });
  CHECK(other->data().size() == 50);
}

TEST_CASE("a reader that lags more than the backlog is closed without a word, and can resume") {
  auto limits = roomy();
  limits.backlog_events = 20;
  World world(limits);
  const auto stuck = world.open(tight(stream::Framing::Chunked, {"a"}));
  for (int i = 1; i <= 200; ++i) world.publish("a", dataOf(i, 2000));
  CHECK(world.size() == 0);
  CHECK(world.metrics.closed_slow.value() == 1);
  world.readUntil(*stuck, [&] { return stuck->closed; });
  CHECK_FALSE(stuck->ended);
  World::Wish wish;
  wish.start.after = stuck->data().size();
  const auto again = world.open(wish);
  world.readUntil(*again, [&] { return again->data().size() + stuck->data().size() == 200; });
  CHECK(again->data().front() == dataOf(static_cast<int>(stuck->data().size()) + 1, 2000));
}

TEST_CASE("a reader that lags more bytes than the backlog is closed, whatever the history holds") {
  auto limits = roomy();
  limits.backlog_bytes = 64 << 10;
  World world(limits);
  const auto stuck = world.open(tight(stream::Framing::Chunked, {"a"}));
  for (int i = 1; i <= 200; ++i) world.publish("a", dataOf(i, 2000));
  CHECK(world.size() == 0);
  CHECK(world.metrics.closed_slow.value() == 1);
}

TEST_CASE("one event larger than the backlog cuts nobody off that waits for it alone") {
  auto limits = roomy();
  limits.backlog_bytes = 4 << 10;
  World world(limits);
  const auto reader = world.open(tight(stream::Framing::Chunked, {"a"}));
  world.publish("a", dataOf(1, 500'000));
  CHECK(world.size() == 1);
  world.readUntil(*reader, [&] { return reader->data().size() == 1; });
}

TEST_CASE("a reader that lags in broadcasts alone is closed as soon as one that lags in its channel") {
  auto limits = roomy();
  limits.backlog_events = 20;
  World world(limits);
  const auto stuck = world.open(tight(stream::Framing::Chunked, {"a"}));
  for (int i = 1; i <= 200; ++i) {
    world.on([&] { world.book.broadcast(dataOf(i, 2000)); });
    world.settle();
  }
  CHECK(world.size() == 0);
  CHECK(world.metrics.closed_slow.value() == 1);
}

TEST_CASE("a reader whose next event fell away is closed") {
  auto limits = test::limits(10);
  World world(limits);
  const auto stuck = world.open(tight(stream::Framing::Chunked, {"a", "b"}));
  for (int i = 1; i <= 100; ++i) world.publish("a", dataOf(i, 2000));
  CHECK(world.size() == 0);
  CHECK(world.metrics.closed_slow.value() == 1);
}

TEST_CASE("a reader that is catching up may lag as far as the history reaches") {
  auto limits = roomy();
  limits.backlog_events = 5;
  World world(limits);
  for (int i = 1; i <= 100; ++i) world.book.publish("a", dataOf(i, 2000));
  auto wish = tight(stream::Framing::Chunked, {"a"});
  wish.start.after = 0;
  const auto reader = world.open(wish);
  world.publish("a", "live");
  CHECK(world.size() == 1);
  world.readUntil(*reader, [&] { return reader->data().size() == 101; });
  CHECK(reader->data().back() == "live");
}

TEST_CASE("gaps, holes and the first block survive a socket that takes few bytes at a time") {
  World world(roomy());
  for (int i = 1; i <= 20; ++i) world.book.publish("a", dataOf(i, 1500));
  world.journal().appendHole({test::kPeer, 3}, false, world.book.now);
  auto wish = tight(stream::Framing::Chunked, {"a"});
  wish.start.after = 0;
  const std::string big(9000, 'g');
  for (const std::uint64_t at : {0U, 7U, 20U}) wish.start.gaps.push_back({at, "event: gap\ndata: " + big + "\n\n"});
  const auto reader = world.open(wish);
  world.readUntil(*reader, [&] {
    world.settle();
    return reader->data().size() >= 24;
  });
  Texts expected = {big};
  for (int i = 1; i <= 7; ++i) expected.push_back(dataOf(i, 1500));
  expected.push_back(big);
  for (int i = 8; i <= 20; ++i) expected.push_back(dataOf(i, 1500));
  expected.push_back(big);
  auto data = reader->data();
  CHECK(data.back().find("peer-hole") != std::string::npos);
  data.pop_back();
  CHECK(data == expected);
}

TEST_CASE("a stream that a full socket keeps from its farewell is closed as it is") {
  World world(roomy());
  const auto stuck = world.open(tight(stream::Framing::Chunked, {"a"}));
  for (int i = 0; i < 50; ++i) world.publish("a", dataOf(i, 2000));
  std::promise<void> drained;
  world.on([&] { world.streamer.drain([](std::uint64_t) {}, [&] { drained.set_value(); }); });
  drained.get_future().wait();
  world.readUntil(*stuck, [&] { return stuck->closed; });
  CHECK_FALSE(stuck->ended);
}

TEST_CASE("a reader that lags more than the backlog in broadcasts alone is closed as well") {
  auto limits = roomy();
  limits.backlog_events = 20;
  World world(limits);
  const auto stuck = world.open(tight(stream::Framing::Chunked, {"a"}));
  for (int i = 1; i <= 200; ++i) {
    world.on([&] { world.book.broadcast(dataOf(i, 2000)); });
    world.settle();
  }
  CHECK(world.size() == 0);
  CHECK(world.metrics.closed_slow.value() == 1);
  world.readUntil(*stuck, [&] { return stuck->closed; });
  CHECK_FALSE(stuck->ended);
}
