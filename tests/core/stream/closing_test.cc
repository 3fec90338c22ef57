

#include "core/stream/world.h"

using namespace sse;
using test::Texts;
using test::World;

namespace {

/// The retry and id that the last block told, where the stream was ended properly.
void checkFarewell(const test::Reader& reader, const std::string& id) {
  CHECK(reader.ended);
  CHECK(reader.closed);
  REQUIRE(reader.blocks.size() >= 2);
  CHECK(reader.blocks.back().retry);
  CHECK(reader.blocks.back().id == id);
  CHECK_FALSE(reader.blocks.back().data);
}

void wait(World& world, test::Reader& reader) {
  world.readUntil(reader, [&] { return reader.closed; });
}

}  // namespace

TEST_CASE("a drain closes every stream over its window, each with a retry of its own and its position") {
  stream::StreamSettings settings;
  settings.drain_window_ms = 200;
  settings.drain_retry_ms = 1000;
  World world({}, settings);
  std::vector<std::unique_ptr<test::Reader>> readers;
  for (int i = 0; i < 20; ++i) readers.push_back(world.open("a"));
  world.publish({{"b", "other"}, {"a", "x"}, {"b", "later"}});
  std::promise<void> drained;
  std::set<std::uint64_t> ended_at;
  world.on([&] {
    world.streamer.drain([&](std::uint64_t position) { ended_at.insert(position); }, [&] { drained.set_value(); });
    CHECK(world.streamer.size() >= 10);
  });
  drained.get_future().wait();
  CHECK(ended_at == std::set<std::uint64_t>{3});
  std::set<std::string> retries;
  for (auto& reader : readers) {
    wait(world, *reader);
    checkFarewell(*reader, "3-here0000");
    retries.insert(*reader->blocks.back().retry);
    CHECK(std::stoi(*reader->blocks.back().retry) >= 500);
    CHECK(std::stoi(*reader->blocks.back().retry) <= 1500);
  }
  CHECK(retries.size() > 1);
}

TEST_CASE("a drain without streams is done at once") {
  World world;
  bool done = false;
  world.on([&] { world.streamer.drain([](std::uint64_t) {}, [&] { done = true; }); });
  CHECK(done);
}

TEST_CASE("events go on until a drain reaches their stream") {
  stream::StreamSettings settings;
  settings.drain_window_ms = 200;
  World world({}, settings);
  const auto reader = world.open("a");
  std::promise<void> drained;
  world.on([&] {
    world.book.publish("a", "last");
    world.streamer.turn();
    world.streamer.drain([](std::uint64_t) {}, [&] { drained.set_value(); });
  });
  drained.get_future().wait();
  wait(world, *reader);
  CHECK(reader->data() == Texts{"last"});
  checkFarewell(*reader, "1-here0000");
}

TEST_CASE("an idle stream gets a comment and its position, which moves with the node") {
  stream::StreamSettings settings;
  settings.heartbeat_ms = 100;
  World world({}, settings);
  const auto reader = world.open("a");
  world.publish("elsewhere", "x");
  world.readUntil(*reader, [&] { return reader->blocks.size() >= 3; });
  CHECK(reader->blocks.back().id == "1-here0000");
  CHECK_FALSE(reader->blocks.back().data);
  CHECK_FALSE(reader->blocks.back().retry);
  CHECK(world.metrics.heartbeats.value() >= 2);
}

TEST_CASE("a stream ends at its greatest age") {
  stream::StreamSettings settings;
  settings.heartbeat_ms = 100;
  settings.max_age_ms = 1000;
  World world({}, settings);
  const auto reader = world.open("a");
  wait(world, *reader);
  checkFarewell(*reader, "0-here0000");
}

TEST_CASE("closing a client ends its stream with a farewell behind what it is owed, and no other") {
  World world;
  World::Wish wish;
  wish.client = "bob";
  const auto bob = world.open(wish);
  const auto other = world.open("a");
  world.on([&] {
    world.book.publish("a", "1");
    world.book.control(EventKind::CloseClient, "a", "bob");
    world.book.publish("a", "3");
  });
  world.settle();
  wait(world, *bob);
  other->read();
  CHECK(bob->data() == Texts{"1"});
  CHECK(bob->ended);
  CHECK(other->data() == Texts{"1", "3"});
}

TEST_CASE("a client that was closed resumes behind that, and is not closed again") {
  World world;
  for (const char* data : {"1", "2"}) world.book.publish("a", data);
  world.book.control(EventKind::CloseClient, "a", "bob");
  world.book.publish("a", "4");
  World::Wish wish;
  wish.client = "bob";
  wish.start.after = 1;
  const auto bob = world.open(wish);
  CHECK(bob->data() == Texts{"2", "4"});
  world.publish("a", "5");
  bob->read();
  CHECK(bob->data() == Texts{"2", "4", "5"});
  world.on([&] { world.book.control(EventKind::CloseClient, "a", "bob"); });
  wait(world, *bob);
  CHECK(bob->ended);
}

TEST_CASE("deleting a channel ends its streams with a farewell") {
  World world;
  World::Wish wish;
  wish.channels = {"b", "a"};
  const auto both = world.open(wish);
  const auto one = world.open("a");
  const auto other = world.open("b");
  world.publish("a", "1");
  world.on([&] { world.book.control(EventKind::DeleteChannel, "a"); });
  world.settle();
  for (auto* reader : {both.get(), one.get()}) {
    wait(world, *reader);
    CHECK(reader->data() == Texts{"1"});
    CHECK(reader->ended);
    CHECK(reader->blocks.back().retry);
  }
  world.publish("b", "3");
  other->read();
  CHECK(other->data() == Texts{"3"});
  CHECK(world.metrics.closed_slow.value() == 0);
}

TEST_CASE("a stream that resumes from before its channel was deleted gets its gap and goes on") {
  World world;
  world.book.publish("a", "1");
  const auto deleted = world.book.control(EventKind::DeleteChannel, "a");
  World::Wish wish;
  wish.start.after = 1;
  wish.start.told = {deleted};
  wish.start.gaps = {{deleted, "id: g\nevent: gap\ndata: gap\n\n"}};
  const auto reader = world.open(wish);
  world.publish("a", "3");
  reader->read();
  CHECK_FALSE(reader->ended);
  CHECK(reader->data() == Texts{"gap", "3"});
}

TEST_CASE("a stream is closed by place and generation only") {
  World world;
  const auto reader = world.open("a");
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  world.on([&] {
    slot = reader->session->slot();
    generation = reader->session->generation();
  });
  world.on([&] { world.streamer.closeAt(slot, generation + 1, 100); });
  world.on([&] { world.streamer.closeAt(slot + 7, generation, 100); });
  CHECK(world.size() == 1);
  world.on([&] { world.streamer.closeAt(slot, generation, 4321); });
  wait(world, *reader);
  checkFarewell(*reader, "0-here0000");
  CHECK(reader->blocks.back().retry == "4321");
  const auto next = world.open("a");
  world.on([&] {
    CHECK(next->session->slot() == slot);
    CHECK(next->session->generation() != generation);
  });
}

TEST_CASE("the last reader of a channel may go while more of its events wait to be walked") {
  World world;
  std::vector<std::unique_ptr<test::Reader>> readers;
  for (int i = 0; i < 600; ++i) readers.push_back(world.open("c" + std::to_string(i)));
  const auto publishAll = [&] {
    for (int i = 0; i < 600; ++i) world.book.publish("c" + std::to_string(i), "x");
  };
  // A turn writes to 512 of them; the rest is walked in the next, when there is a second event on every channel already
  // and the first write tells that the reader is gone.
  world.on([&] {
    publishAll();
    world.streamer.turn();
    for (auto& reader : readers) reader->fd.reset();
    publishAll();
    world.streamer.turn();
    world.streamer.turn();
  });
  world.settle();
  CHECK(world.size() == 0);
  const auto again = world.open("c599");
  world.publish("c599", "y");
  again->read();
  CHECK(again->data() == Texts{"y"});
}
