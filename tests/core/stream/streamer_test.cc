#include "stream/streamer.h"

#include "core/stream/world.h"

using namespace sse;
using test::Block;
using test::Texts;
using test::World;

TEST_CASE("a stream begins with its head and a block of comment, retry and position") {
  World world;
  world.publish("a", "before");
  const auto reader = world.open("a");
  CHECK(reader->head == "HTTP/1.1 200 OK\r\n\r\n");
  REQUIRE(reader->blocks.size() == 1);
  CHECK(reader->blocks[0].id == "1-here0000");
  CHECK_FALSE(reader->blocks[0].data);
  const auto retry = std::stoi(*reader->blocks[0].retry);
  CHECK(retry >= 1500);
  CHECK(retry <= 2500);
}

TEST_CASE("an event reaches every stream of its channel and no other") {
  World world;
  const auto a = world.open("a");
  const auto b = world.open("b");
  world.publish("a", "x\ny");
  a->read();
  b->read();
  REQUIRE(a->blocks.size() == 2);
  CHECK(a->blocks[1] == Block{"1-here0000", {}, "x\ny", {}});
  CHECK(b->blocks.size() == 1);
  CHECK(world.metrics.delivered.value() == 1);
}

TEST_CASE("events that came together leave in one write") {
  World world;
  const auto reader = world.open("a");
  const auto before = world.metrics.writes.value();
  world.publish({{"a", "1"}, {"a", "2"}, {"b", "-"}, {"a", "3"}});
  CHECK(world.metrics.writes.value() == before + 1);
  reader->read();
  CHECK(reader->data() == Texts{"1", "2", "3"});
}

TEST_CASE("more events than one drain gives are delivered without another event's help") {
  World world;
  const auto reader = world.open("a");
  std::vector<std::pair<std::string, std::string>> events(3 * channel::Journal::kDrainEvents, {"a", "x"});
  auto limits = test::limits(events.size());
  limits.backlog_events = events.size();
  world.journal().setLimits(limits);
  world.publish(events);
  CHECK_FALSE(world.journal().pending(0));
  reader->read();
  CHECK(reader->data().size() == events.size());
}

TEST_CASE("a stream of several channels gets each event once, in the journal's order") {
  World world;
  World::Wish wish;
  wish.channels = {"a", "b", "c"};
  const auto reader = world.open(wish);
  Texts expected;
  for (int i = 0; i < 200; ++i) {
    const std::string channel(1, static_cast<char>('a' + i * 7 % 4));
    world.publish({{channel, std::to_string(i)}, {"b", "b" + std::to_string(i)}});
    if (channel != "d") expected.push_back(std::to_string(i));
    expected.push_back("b" + std::to_string(i));
  }
  reader->read();
  CHECK(reader->data() == expected);
}

TEST_CASE("a broadcast is seen once per stream, in its place among the events") {
  World world;
  World::Wish wish;
  wish.channels = {"a", "b"};
  const auto both = world.open(wish);
  const auto one = world.open("a");
  world.on([&] {
    world.book.publish("a", "1");
    world.book.broadcast("2");
    world.book.publish("b", "3");
    world.book.publish("a", "4");
    world.book.broadcast("5");
  });
  world.settle();
  world.publish("a", "6");
  both->read();
  one->read();
  CHECK(both->data() == Texts{"1", "2", "3", "4", "5", "6"});
  CHECK(one->data() == Texts{"1", "2", "4", "5", "6"});
}

TEST_CASE("a targeted event reaches its client alone, and nobody is held up by it") {
  World world;
  World::Wish wish;
  wish.client = "bob";
  const auto bob = world.open(wish);
  const auto other = world.open("a");
  std::string generated;
  world.on([&] { generated = other->session->client(); });
  world.on([&] {
    world.book.publish("a", "1");
    world.book.target("a", "bob", "2");
    world.book.target("a", generated, "3");
    world.book.target("b", "bob", "4");
    world.book.publish("a", "5");
  });
  world.settle();
  world.on([&] { world.book.target("a", "bob", "6"); });
  world.publish("a", "7");
  bob->read();
  other->read();
  CHECK(bob->data() == Texts{"1", "2", "5", "6", "7"});
  CHECK(other->data() == Texts{"1", "3", "5", "7"});
}

TEST_CASE("HTTP/1.0 gets the blocks as they are") {
  World world;
  World::Wish wish;
  wish.framing = stream::Framing::Plain;
  const auto reader = world.open(wish);
  world.publish({{"a", "1"}, {"a", "2"}});
  reader->read();
  CHECK(reader->data() == Texts{"1", "2"});
  CHECK(reader->text.empty());
}

TEST_CASE("a stream that starts at a position gets what came after it, then what comes") {
  World world;
  for (int i = 1; i <= 300; ++i) world.book.publish("a", std::to_string(i));
  World::Wish wish;
  wish.start.after = 100;
  wish.start.shown_id = "shown";
  const auto reader = world.open(wish);
  world.publish("a", "301");
  reader->read();
  CHECK(reader->blocks[0].id == "shown");
  const auto data = reader->data();
  REQUIRE(data.size() == 201);
  CHECK(data.front() == "101");
  CHECK(data.back() == "301");
}

TEST_CASE("gaps stand in their places among the events") {
  World world;
  for (int i = 1; i <= 6; ++i) world.book.publish(i % 2 == 0 ? "a" : "b", std::to_string(i));
  World::Wish wish;
  wish.channels = {"a", "b"};
  wish.start.after = 0;
  wish.start.gaps = {{0, "id: 0\nevent: gap\ndata: zero\n\n"},
                     {3, "id: 3\nevent: gap\ndata: three\n\n"},
                     {6, "id: 6\nevent: gap\ndata: six\n\n"}};
  const auto reader = world.open(wish);
  CHECK(reader->data() == Texts{"zero", "1", "2", "3", "three", "4", "5", "6", "six"});
  CHECK(world.metrics.gaps.value() == 3);
  world.publish("a", "7");
  reader->read();
  CHECK(reader->data().back() == "7");
}

TEST_CASE("as many gaps as channels are told, also when they are very many") {
  World world;
  World::Wish wish;
  wish.channels.clear();
  wish.start.after = 0;
  for (int i = 0; i < 1500; ++i) {
    wish.channels.push_back("c" + std::to_string(i));
    wish.start.gaps.push_back({0, "id: 0\nevent: gap\ndata: " + std::to_string(i) + "\n\n"});
  }
  const auto reader = world.open(wish);
  world.publish("c7", "after");
  reader->read();
  const auto data = reader->data();
  REQUIRE(data.size() == 1501);
  CHECK(data.back() == "after");
}

TEST_CASE("a stream that comes from another node is spared what it had there") {
  World world;
  world.book.fromPeer(test::kPeer, 5, "a", "data: had\n");
  world.book.fromPeer(test::kPeer, 8, "a", "data: new\n");
  world.book.fromPeer(test::kFar, 2, "a", "data: far\n");
  World::Wish wish;
  wish.start.after = 0;
  wish.start.had = {{test::kPeer, 5}, {test::kHere, 100}};
  wish.start.had_until = 3;
  const auto reader = world.open(wish);
  CHECK(reader->data() == Texts{"new", "far"});
  CHECK(reader->blocks[1].id == "8-peer0000~2-here0000");
  world.publish("a", "own");
  reader->read();
  CHECK(reader->data().back() == "own");
}

TEST_CASE("what a stream had elsewhere before it was here is dropped when it comes") {
  World world;
  world.book.fromPeer(test::kPeer, 5, "a", "data: had\n");
  World::Wish wish;
  wish.start.after = 0;
  wish.start.had = {{test::kPeer, 7}, {test::kHere, 100}};
  wish.start.had_until = 1;
  const auto reader = world.open(wish);
  world.on([&] {
    world.book.fromPeer(test::kPeer, 6, "a", "data: had too\n");
    world.book.fromPeer(test::kPeer, 7, "a", "data: and this\n");
    world.book.fromPeer(test::kPeer, 8, "a", "data: new\n");
  });
  world.settle();
  world.publish("a", "own");
  reader->read();
  CHECK(reader->data() == Texts{"new", "own"});
}

TEST_CASE("a hole in a peer's feed is a gap on every channel of every stream") {
  World world;
  World::Wish wish;
  wish.channels = {"a", "b"};
  const auto reader = world.open(wish);
  world.publish("a", "1");
  world.on([&] { world.journal().appendHole({test::kPeer, 9}, false, world.book.now); });
  world.settle();
  world.publish("b", "3");
  reader->read();
  REQUIRE(reader->blocks.size() == 5);
  CHECK(reader->blocks[2].event == "gap");
  CHECK(reader->blocks[2].id == "2-here0000");
  CHECK(reader->blocks[2].data->find("\"channel\":\"a\",\"last_event_id\":\"1-here0000\"") != std::string::npos);
  CHECK(reader->blocks[3].data->find("\"channel\":\"b\"") != std::string::npos);
  CHECK(reader->data().back() == "3");
}

TEST_CASE("a subscriber that goes is forgotten, and its channel with it") {
  World world;
  World::Wish wish;
  wish.channels = {"a", "b"};
  wish.client = "bob";
  auto reader = world.open(wish);
  CHECK(world.clients.find("a", "bob"));
  CHECK(world.journal().find("b")->subscribers == 1);
  reader->fd.reset();
  world.settle();
  CHECK(world.size() == 0);
  CHECK_FALSE(world.clients.find("a", "bob"));
  CHECK(world.journal().find("b")->subscribers == 0);
  CHECK(world.metrics.closed_by_client.value() == 1);
  world.publish("a", "x");
  CHECK_FALSE(world.journal().pending(0));
}

TEST_CASE("what a subscriber sends is thrown away") {
  World world;
  const auto reader = world.open("a");
  const std::string noise(stream::Session::kMostIgnored, 'n');
  for (std::size_t sent = 0; sent < noise.size();) {
    const auto now = ::send(reader->fd.get(), noise.data(), noise.size() - sent, MSG_NOSIGNAL);
    if (now > 0) sent += static_cast<std::size_t>(now);
    world.settle();
  }
  world.publish("a", "x");
  reader->read();
  CHECK(reader->data() == Texts{"x"});
}

TEST_CASE("a subscriber that sends on and on is closed") {
  World world;
  const auto reader = world.open("a");
  const std::string bytes(4096, 'x');
  std::size_t sent = 0;
  world.on([&] {
    // All of it waits before the loop looks: one turn reads no more than it takes to see that it is too much.
    while (sent < 64 * bytes.size() && ::send(reader->fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) {
      sent += bytes.size();
    }
  });
  REQUIRE(sent > stream::Session::kMostIgnored);
  world.settle();
  CHECK(world.size() == 0);
  CHECK(world.metrics.closed_by_us.value() == 1);
}

TEST_CASE("joining that leads to no stream leaves no reader behind") {
  World world;
  world.on([&] { world.streamer.abandon(world.streamer.join({"a", "b"})); });
  world.publish("a", "x");
  CHECK_FALSE(world.journal().pending(0));
  const auto reader = world.open("a");
  world.on([&] { world.streamer.abandon(world.streamer.join({"a"})); });
  world.publish("a", "y");
  reader->read();
  CHECK(reader->data() == Texts{"y"});
}

TEST_CASE("sessions are visited by channel, so many of each") {
  World world;
  World::Wish wish;
  wish.client = "bob";
  wish.channels = {"a", "b"};
  const auto bob = world.open(wish);
  const auto other = world.open("a");
  std::multiset<std::string> seen;
  std::string generated;
  world.on([&] {
    generated = other->session->client();
    world.streamer.visit(10,
                         [&](const auto& channel, const auto& session) { seen.insert(channel + session.client()); });
  });
  CHECK(seen == std::multiset<std::string>{"abob", "bbob", "a" + generated});
  int count = 0;
  world.on([&] { world.streamer.visit(1, [&](const auto&, const auto&) { ++count; }); });
  CHECK(count == 2);
}
