#include "transport/relay/poster.h"

#include <algorithm>
#include <atomic>
#include <doctest/doctest.h>
#include <thread>

#include "original_stub.h"
#include "relay_world.h"

using namespace sse;
using namespace std::chrono_literals;
using conformance::PollLoop;
using nlohmann::json;
using test::Node;
using test::OriginalStub;

namespace {

using Post = OriginalStub::Post;

/// A node of ours, one of the original program and who runs them.
struct World {
  PollLoop loop;
  Node node{loop, "a", "aaaa"};
  OriginalStub original{loop};

  World() { node.ready(); }

  void meet(const std::string& name = "o1") {
    node.addNamed(original.port, name);
    REQUIRE(loop.runUntil([&] { return node.link(original.key()).state == LinkChanged::State::Connected; }));
  }
  void append(conformance::FakeJournal::Entry entry) {
    node.host.journal().append(std::move(entry));
    node.host.bus().publish(EventsAppended{node.host.journal().head()});
  }
  bool has(std::size_t count) {
    return loop.runUntil([&] { return original.posts.size() >= count; });
  }
  std::uint64_t posts(const char* outcome) {
    return node.host.metrics().counter("sse_relay_original_posts_total", "", {{"outcome", outcome}}).value();
  }
  std::uint64_t dropped(const char* reason) {
    return node.host.metrics().counter("sse_relay_original_dropped_total", "", {{"reason", reason}}).value();
  }
  void turns(int count) {
    for (int i = 0; i < count; ++i) loop.turn();
  }
};

std::vector<json> numbers(int from, int to) {
  std::vector<json> all;
  for (int i = from; i <= to; ++i) all.emplace_back(i);
  return all;
}

}  // namespace

TEST_CASE("own events are posted to an original node one after the other, over the connection that was asked on") {
  World world;
  world.node.publish("0");
  world.meet();
  for (int i = 1; i <= 200; ++i) world.node.publish(std::to_string(i));
  REQUIRE(world.has(200));
  CHECK(world.original.datas() == numbers(1, 200));
  const auto& first = world.original.posts.front();
  CHECK(first.path == "/channel/c");
  CHECK(first.head.find("\r\nContent-Type: application/json\r\n") != std::string::npos);
  CHECK(first.body["been_to"] == json{"a", "o1", "id:2-aaaa0000"});
  CHECK(world.original.accepted == 1);
  CHECK(world.original.asked == 1);
  REQUIRE(world.loop.runUntil([&] { return world.posts("taken") == 200; }));
}

TEST_CASE("an original node counts as filled, so the cluster settles, and is logged once") {
  World world;
  world.meet();
  CHECK(world.node.link(world.original.key()).filled);
  CHECK(world.node.host.log().lines("relay-original-up").size() == 1);
  CHECK(world.node.host.log().lines("relay-link-failed").empty());
  CHECK(world.node.host.metrics().gauge("sse_relay_links", "").value() == 0);
}

TEST_CASE("been_to names every member, ours as they call themselves") {
  World world;
  Node other(world.loop, "b", "bbbb");
  test::connect(world.loop, world.node, other);
  world.meet();
  world.node.addNamed(9, "o2");
  world.node.publish("1");
  REQUIRE(world.has(1));
  auto names = world.original.posts[0].body["been_to"].get<std::vector<std::string>>();
  std::ranges::sort(names);
  CHECK(names == std::vector<std::string>{"a", "b", "id:1-aaaa0000", "o1", "o2"});
}

TEST_CASE("a member without a name is named by its address, until discovery learns its name") {
  World world;
  world.meet("");
  world.node.publish("1");
  REQUIRE(world.has(1));
  CHECK(world.original.posts[0].body["been_to"] == json{"a", world.original.key(), "id:1-aaaa0000"});
  world.node.addNamed(world.original.port, "o1");
  world.turns(3);
  world.append({.channel = "c", .body = "data: 2\n", .been_to = R"(["o1"])"});
  world.node.publish("3");
  REQUIRE(world.has(2));
  CHECK(world.original.datas() == std::vector<json>{1, 3});
  CHECK(world.original.posts[1].body["been_to"][1] == "o1");
}

TEST_CASE("events go on to those original nodes that they have not been to") {
  World world;
  world.meet();
  world.append({.channel = "c", .body = "data: 1\n", .been_to = R"(["o2","o1"])"});
  world.append({.channel = "c", .body = "data: 2\n", .been_to = R"(["o2"])"});
  REQUIRE(world.has(1));
  CHECK(world.original.datas() == std::vector<json>{2});
  CHECK(world.original.posts[0].body["been_to"] == json{"a", "o1", "o2", "id:2-aaaa0000"});
}

TEST_CASE("the early path is found once and remembered") {
  World world;
  world.original.answer = [](const Post& post) {
    return OriginalStub::status(post.path.starts_with("/publish/") ? 200 : 404);
  };
  world.meet();
  for (int i = 1; i <= 3; ++i) world.node.publish(std::to_string(i));
  REQUIRE(world.loop.runUntil([&] { return world.posts("taken") == 3; }));
  std::vector<std::string> paths;
  for (const auto& post : world.original.posts) paths.push_back(post.path);
  CHECK(paths == std::vector<std::string>{"/channel/c", "/publish/c", "/publish/c", "/publish/c"});
}

TEST_CASE("what a node has no path for or refuses is dropped, counted and told; the rest follows") {
  World world;
  world.original.answer = [](const Post& post) {
    if (post.body["data"] == 1) return OriginalStub::status(400);
    return OriginalStub::status(post.path == "/channel/c" ? 200 : 404);
  };
  world.meet();
  world.node.publish("1");
  world.append({.kind = EventKind::Client, .channel = "c", .client = "me", .body = "data: 2\n"});
  world.append({.kind = EventKind::Broadcast, .body = "data: 3\n"});
  world.append({.kind = EventKind::DeleteChannel, .channel = "c"});
  world.node.publish("5");
  REQUIRE(world.loop.runUntil([&] { return world.posts("taken") == 1; }));
  CHECK(world.original.datas() == std::vector<json>{1, 2, 3, 5});
  CHECK(world.original.posts[1].path == "/channel/c/client/me");
  CHECK(world.original.posts[2].path == "/channel");
  CHECK(world.dropped("refused") == 1);
  CHECK(world.dropped("route") == 2);
  CHECK(world.node.host.log().lines("relay-original-dropped").size() == 1);
}

TEST_CASE("what cannot be taken now is posted again with back-off, then given up") {
  World world;
  int failing = 3;
  world.original.answer = [&](const Post&) { return OriginalStub::status(failing-- > 0 ? 503 : 200); };
  world.meet();
  world.node.publish("1");
  world.node.publish("2");
  REQUIRE(world.loop.runUntil([&] { return world.posts("taken") == 2; }));
  CHECK(world.original.datas() == std::vector<json>{1, 1, 1, 1, 2});
  CHECK(world.posts("again") == 3);
  failing = 1000;
  world.node.publish("3");
  REQUIRE(world.loop.runUntil([&] {
    world.loop.skip(1s);
    return world.dropped("tries") == 1;
  }));
  CHECK(world.original.posts.size() == 5 + relay::Poster::kMostTries);
}

TEST_CASE("a node that does not answer in time is asked anew who it is and gets the event again, some times") {
  World world;
  world.original.answer = [](const Post& post) { return post.body["data"] == 1 ? "" : OriginalStub::status(200); };
  world.meet();
  world.node.publish("1");
  world.node.publish("2");
  REQUIRE(world.loop.runUntil([&] {
    world.loop.skip(500ms);
    return world.posts("taken") == 1;
  }));
  CHECK(world.original.datas() == std::vector<json>{1, 1, 1, 2});
  CHECK(world.original.asked == 4);
  CHECK(world.dropped("tries") == 1);
  CHECK(world.node.host.log().lines("relay-link-lost").size() == relay::Poster::kMostUnanswered);
}

TEST_CASE("a node that was away gets what it lacks") {
  World world;
  world.meet();
  world.node.publish("1");
  REQUIRE(world.has(1));
  world.original.refuse();
  world.node.publish("2");
  world.node.publish("3");
  REQUIRE(
      world.loop.runUntil([&] { return world.node.link(world.original.key()).state == LinkChanged::State::Broken; }));
  world.original.listen();
  REQUIRE(world.has(3));
  CHECK(world.original.datas() == numbers(1, 3));
}

TEST_CASE("a node that could not be reached at first gets everything since it was known") {
  World world;
  world.node.publish("0");
  world.original.refuse();
  world.node.addNamed(world.original.port, "o1");
  world.turns(2);
  world.node.publish("1");
  world.original.listen();
  REQUIRE(world.has(1));
  CHECK(world.original.datas() == numbers(1, 1));
}

TEST_CASE("what fell away meanwhile is skipped, counted and told") {
  World world;
  world.meet();
  world.original.refuse();
  REQUIRE(
      world.loop.runUntil([&] { return world.node.link(world.original.key()).state == LinkChanged::State::Broken; }));
  for (int i = 1; i <= 3; ++i) world.node.host.journal().append("c", "data: " + std::to_string(i) + "\n");
  world.node.host.journal().forget(2);
  world.node.host.bus().publish(EventsAppended{3});
  world.original.listen();
  REQUIRE(world.has(1));
  CHECK(world.original.datas() == numbers(3, 3));
  CHECK(world.dropped("history") == 1);
  CHECK(world.node.host.log().lines("relay-original-dropped").size() == 1);
}

TEST_CASE("a node that closes after each answer gets every event, and is not told as broken") {
  World world;
  world.original.closes = true;
  world.original.not_found = OriginalStub::status(404, "Connection: close\r\n");
  world.original.answer = [](const Post&) { return OriginalStub::status(200, "Connection: close\r\n"); };
  world.meet();
  for (int i = 1; i <= 20; ++i) world.node.publish(std::to_string(i));
  REQUIRE(world.has(20));
  CHECK(world.original.datas() == numbers(1, 20));
  CHECK(world.original.asked == 1);
  CHECK(world.node.host.log().lines("relay-link-lost").empty());
}

TEST_CASE("a node whose connection ends is asked who it is, and every minute") {
  World world;
  world.meet();
  world.original.cut();
  REQUIRE(world.loop.runUntil([&] { return world.original.asked == 2; }));
  CHECK(world.node.link(world.original.key()).state == LinkChanged::State::Connected);
  world.turns(5);
  world.loop.skip(59s);
  world.turns(5);
  CHECK(world.original.asked == 2);
  world.loop.skip(2s);
  REQUIRE(world.loop.runUntil([&] { return world.original.asked == 3; }));
  world.node.publish("1");
  REQUIRE(world.has(1));
  CHECK(world.node.host.log().lines("relay-link-lost").empty());
}

TEST_CASE("a member that was upgraded in place is read from then on") {
  PollLoop loop;
  Node a(loop, "a", "aaaa");
  Node other(loop, "b", "bbbb");
  other.listener.answer = OriginalStub::status(404);
  a.add(other);
  REQUIRE(loop.runUntil([&] { return a.link(other).state == LinkChanged::State::Connected; }));
  CHECK(a.link(other).tag == Tag{});
  CHECK(a.originals->back().addresses == std::vector<std::string>{"127.0.0.1"});
  other.listener.answer.clear();
  REQUIRE(loop.runUntil([&] { return a.link(other).tag == other.tag(); }));
  other.publish("1");
  REQUIRE(loop.runUntil([&] { return a.has("1"); }));
  CHECK(a.originals->back().addresses.empty());
}

TEST_CASE("a slow original node does not hold up another") {
  World world;
  OriginalStub slow(world.loop);
  slow.answer = [](const Post&) { return std::string(); };
  world.meet();
  world.node.addNamed(slow.port, "o2");
  REQUIRE(world.loop.runUntil([&] { return slow.asked == 1; }));
  for (int i = 1; i <= 50; ++i) world.node.publish(std::to_string(i));
  REQUIRE(world.has(50));
  CHECK(slow.posts.size() == 1);
  world.loop.skip(3s);
  REQUIRE(world.loop.runUntil([&] { return world.node.link(slow.key()).lag_events == 50; }));
  auto& lag = world.node.host.metrics().gauge("sse_relay_original_lag_events", "");
  REQUIRE(world.loop.runUntil([&] { return lag.value() == 50; }));
}

TEST_CASE("with a secret an original node must be listed") {
  PollLoop loop;
  OriginalStub original(loop);
  Node closed(loop, "a", "aaaa", "secret");
  Node open(loop, "b", "bbbb", "secret", test::relaySettings(R"(["::ffff:127.0.0.1"])"));
  closed.addNamed(original.port, "o1");
  open.addNamed(original.port, "o1");
  closed.publish("1");
  REQUIRE(loop.runUntil([&] { return closed.link(original.key()).state == LinkChanged::State::Broken; }));
  CHECK(closed.link(original.key()).reason.find("relay.original_nodes") != std::string::npos);
  CHECK(closed.originals->empty());
  REQUIRE(loop.runUntil([&] { return open.link(original.key()).state == LinkChanged::State::Connected; }));
  CHECK(open.originals->back().addresses == std::vector<std::string>{"127.0.0.1"});
  CHECK(original.posts.empty());
}

TEST_CASE("relay.original_nodes takes numeric addresses and *") {
  PollLoop loop;
  conformance::FakeHost host(loop, "a", "aaaa");
  relay::Relay relay;
  CHECK(relay.configure(host, test::relaySettings(R"(["*", "10.0.0.1", "::1"])", 1)).ok());
  const auto outcome = relay.configure(host, test::relaySettings(R"(["o1.local"])", 1));
  REQUIRE(!outcome.ok());
  CHECK(outcome.error().text == "relay.original_nodes: expected numeric addresses or *, got \"o1.local\"");
}

TEST_CASE("a stopping node posts what is left") {
  PollLoop theirs;
  OriginalStub original(theirs);
  std::atomic<bool> over{false};
  std::thread thread([&] { theirs.runUntil([&] { return over.load(); }, 20s); });
  PollLoop loop;
  Node node(loop, "a", "aaaa");
  node.addNamed(original.port, "o1");
  CHECK(loop.runUntil([&] { return node.link(original.key()).state == LinkChanged::State::Connected; }));
  for (int i = 1; i <= 5; ++i) node.host.journal().append("c", "data: " + std::to_string(i) + "\n");
  node.stop();
  over = true;
  thread.join();
  CHECK(original.datas() == numbers(1, 5));
}

TEST_CASE("a leaving node tells at once that its peers have everything when all of them are original nodes") {
  World world;
  const auto told = world.node.host.bus().record<PeersAcknowledged>();
  world.meet();
  world.node.publish("1");
  REQUIRE(world.has(1));
  REQUIRE(world.loop.runUntil([&] { return world.posts("taken") == 1; }));
  world.node.host.bus().publish(NodeStateChanged{NodeStateChanged::State::Leaving});
  REQUIRE(!told->empty());
  CHECK(told->back().position == world.node.host.journal().head());
}

TEST_CASE("a leaving node waits for what an original node is about to take, not for one that is gone") {
  World world;
  const auto told = world.node.host.bus().record<PeersAcknowledged>();
  world.meet();
  bool holds = true;
  world.original.answer = [&](const Post&) { return holds ? std::string() : OriginalStub::status(200); };
  world.node.publish("1");
  REQUIRE(world.has(1));
  REQUIRE(world.loop.runUntil([&] { return !told->empty() && told->back().position == 1; }));
  world.node.host.bus().publish(NodeStateChanged{NodeStateChanged::State::Leaving});
  world.node.publish("2");
  world.turns(20);
  CHECK(told->back().position <= 1);
  holds = false;
  world.original.refuse();
  REQUIRE(world.loop.runUntil([&] { return told->back().position == 2; }));
}
