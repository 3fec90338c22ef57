#include "discovery/gossip/gossip.h"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <nlohmann/json.hpp>

#include "discovery/gossip/socket_address.h"
#include "sse/conformance/fake_host.h"
#include "sse/conformance/poll_loop.h"

using namespace sse;
using namespace std::chrono_literals;
using gossip::Gossip;

namespace {

std::string settings(const std::string& more) {
  std::string text = R"({"gossip.port": 0, "gossip.bind": "127.0.0.1", "gossip.advertise": null, "gossip.hosts": null,
    "gossip.secret_key": null, "gossip.label": null, "gossip.intervals": "local", "gossip.compression": true})";
  auto values = nlohmann::json::parse(text);
  values.update(nlohmann::json::parse(more));
  return values.dump();
}

/// A node of its own on the shared loop.
struct Node {
  conformance::FakeHost host;
  std::shared_ptr<std::vector<MembershipChanged>> seen;
  Gossip plugin;
  bool running = false;

  Node(conformance::PollLoop& loop, const std::string& name, std::uint16_t http_port)
      : host(loop, name, name), seen(host.bus().record<MembershipChanged>()) {
    host.info().http_port = http_port;
  }
  ~Node() { stop(); }
  void start(const std::string& more = "{}") {
    REQUIRE(plugin.configure(host, settings(more)).ok());
    const auto started = plugin.start();
    REQUIRE_MESSAGE(started.ok(), (started.ok() ? "" : started.error().text));
    running = true;
  }
  void stop() {
    if (std::exchange(running, false)) plugin.stop();
  }
  [[nodiscard]] std::string hosts() const {
    return R"({"gossip.hosts": ["127.0.0.1:)" + std::to_string(plugin.port()) + R"("]})";
  }
  /// What was published last of a node; nothing where it was not.
  [[nodiscard]] std::optional<Member> member(const std::string& name) const {
    if (seen->empty()) return std::nullopt;
    for (const auto& member : seen->back().members) {
      if (member.name == name) return member;
    }
    return std::nullopt;
  }
  [[nodiscard]] bool sees(const std::string& name, Member::State state) const {
    const auto found = member(name);
    return found && found->state == state;
  }
};

struct World {
  conformance::PollLoop loop;
  Node a{loop, "a", 8081};
  Node b{loop, "b", 8082};

  void join(const std::string& more = "{}") {
    a.start(more);
    auto joins = nlohmann::json::parse(a.hosts());
    joins.update(nlohmann::json::parse(more));
    b.start(joins.dump());
  }
  [[nodiscard]] bool met() const { return a.sees("b", Member::State::Alive) && b.sees("a", Member::State::Alive); }
};

}  // namespace

TEST_CASE("two nodes meet over real sockets and publish each other with their HTTP ports") {
  World world;
  world.join();
  REQUIRE(world.loop.runUntil([&] { return world.met(); }));
  CHECK(world.a.seen->back().source == "gossip");
  const auto b = *world.a.member("b");
  CHECK(b.address == "127.0.0.1");
  CHECK(b.http_port == 8082);
  CHECK(b.gossip_port == world.b.plugin.port());
  CHECK(!b.self);
  CHECK(world.a.member("a")->self);
  CHECK(world.b.plugin.ready().ready);
}

TEST_CASE("nodes meet with keys, and without compression") {
  World world;
  world.join(R"({"gossip.secret_key": "0123456789abcdef", "gossip.compression": false, "gossip.label": "blue"})");
  CHECK(world.loop.runUntil([&] { return world.met(); }));
}

TEST_CASE("a node that stops is left at once") {
  World world;
  world.join();
  REQUIRE(world.loop.runUntil([&] { return world.met(); }));
  const auto begun = Clock::now();
  world.b.stop();
  CHECK(Clock::now() - begun < 900ms);
  CHECK(world.loop.runUntil([&] { return world.a.sees("b", Member::State::Left); }, 2s));
}

TEST_CASE("a node whose hosts are not there is not ready, and is when they come") {
  World world;
  world.a.start();
  const auto hosts = world.a.hosts();
  world.a.stop();
  world.b.start(hosts);
  REQUIRE(world.loop.runUntil([&] { return !world.b.seen->empty(); }));
  CHECK(!world.b.plugin.ready().ready);
  CHECK(world.b.plugin.ready().reason.find("gossip.hosts") == 0);
  const auto port = nlohmann::json::parse(hosts)["gossip.hosts"][0].get<std::string>().substr(10);
  world.a.start(R"({"gossip.port": )" + port + "}");
  CHECK(world.loop.runUntil([&] { return world.b.plugin.ready().ready && world.met(); }));
}

TEST_CASE("strangers that connect and say nothing keep nobody from joining") {
  World world;
  const std::string lan = R"({"gossip.intervals": "lan"})";
  world.a.start(lan);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(world.a.plugin.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::vector<gossip::Descriptor> strangers;
  for (int i = 0; i < 140; ++i) {
    strangers.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::connect(strangers.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    world.loop.turn();
  }
  auto joins = nlohmann::json::parse(world.a.hosts());
  joins.update(nlohmann::json::parse(lan));
  world.b.start(joins.dump());
  CHECK(world.loop.runUntil([&] { return world.met(); }, 3s));
}

TEST_CASE("a clash of names lasts for as long as the other node is there") {
  World world;
  Node twin{world.loop, "a", 8083};
  const std::string wan = R"({"gossip.intervals": "wan"})";
  world.join(wan);
  REQUIRE(world.loop.runUntil([&] { return world.met(); }));
  auto joins = nlohmann::json::parse(world.b.hosts());
  joins.update(nlohmann::json::parse(wan));
  twin.start(joins.dump());
  const auto clashes = [&] { return twin.plugin.ready().reason.find("node.name") != std::string::npos; };
  REQUIRE(world.loop.runUntil(clashes));
  bool lasts = true;
  for (int second = 0; second < 150; ++second) {
    world.loop.skip(1s);
    for (int turn = 0; turn < 4; ++turn) world.loop.turn();
    lasts = lasts && clashes();
  }
  CHECK(lasts);
  CHECK(world.a.plugin.ready().ready);
  world.a.stop();
  CHECK(world.loop.runUntil([&] {
    world.loop.skip(1s);
    return twin.plugin.ready().ready;
  }));
}

TEST_CASE("another key keeps nodes apart and is told") {
  World world;
  world.a.start(R"({"gossip.secret_key": "0123456789abcdef"})");
  auto joins = nlohmann::json::parse(world.a.hosts());
  joins["gossip.secret_key"] = "fedcba9876543210";
  world.b.start(joins.dump());
  CHECK(world.loop.runUntil([&] { return !world.b.host.log().lines("gossip-join-failed").empty(); }));
  CHECK(!world.a.host.log().lines("gossip-stream-refused").empty());
  CHECK(!world.a.member("b"));
}

TEST_CASE("keys are changed by a reload, and encryption waits for a restart") {
  World world;
  world.join(R"({"gossip.secret_key": "0123456789abcdef"})");
  REQUIRE(world.loop.runUntil([&] { return world.met(); }));
  const auto reload = [](Node& node, const std::string& keys) {
    return node.plugin.reload(settings(R"({"gossip.secret_key": ")" + keys + R"("})"));
  };
  for (const auto* keys :
       {"0123456789abcdef,fedcba9876543210", "fedcba9876543210,0123456789abcdef", "fedcba9876543210"}) {
    REQUIRE(reload(world.a, keys).ok());
    REQUIRE(reload(world.b, keys).ok());
  }
  world.b.stop();
  CHECK(world.loop.runUntil([&] { return world.a.sees("b", Member::State::Left); }, 2s));
  CHECK(!reload(world.a, "short").ok());
  CHECK(world.a.host.log().lines("reload-needs-restart").empty());
  CHECK(reload(world.a, "").ok());
  CHECK(world.a.host.log().lines("reload-needs-restart").size() == 1);
}

TEST_CASE("a port in use is an error that names it, and without one another is taken") {
  conformance::PollLoop loop;
  Node a(loop, "a", 8081);
  Node b(loop, "b", 8082);
  a.start();
  const auto port = std::to_string(a.plugin.port());
  REQUIRE(b.plugin.configure(b.host, settings(R"({"gossip.port": )" + port + "}")).ok());
  const auto started = b.plugin.start();
  REQUIRE(!started.ok());
  CHECK(started.error().text.find(port) != std::string::npos);
  b.start(R"({"gossip.port": null})");
  Node c(loop, "c", 8083);
  c.start(R"({"gossip.port": null})");
  CHECK(c.plugin.port() != b.plugin.port());
}

TEST_CASE("names are resolved, and again each time they are due") {
  conformance::PollLoop loop;
  Node a(loop, "a", 8081);
  a.start();
  auto asked = std::make_shared<int>(0);
  Gossip plugin([asked](const std::string&) {
    return ++*asked < 3 ? std::vector<std::string>{} : std::vector<std::string>{"127.0.0.1"};
  });
  conformance::FakeHost host(loop, "b", "b");
  const auto name = R"({"gossip.hosts": ["node-a:)" + std::to_string(a.plugin.port()) + R"("]})";
  REQUIRE(plugin.configure(host, settings(name)).ok());
  REQUIRE(plugin.start().ok());
  CHECK(loop.runUntil([&] { return a.sees("b", Member::State::Alive); }));
  CHECK(*asked >= 3);
  plugin.stop();
}

TEST_CASE("a Meta names the HTTP port, an empty one the same as ours, another none") {
  CHECK(gossip::httpPortOf("8080", 1) == 8080);
  CHECK(gossip::httpPortOf("", 1) == 1);
  for (const auto* bad : {"0", "65536", "8080 ", "-1", "serf", "80x"}) CHECK(gossip::httpPortOf(bad, 1) == 0);
}

TEST_CASE("every wrong option is told") {
  conformance::PollLoop loop;
  Node a(loop, "a", 8081);
  const auto outcome = a.plugin.configure(
      a.host, settings(R"({"gossip.bind": "x", "gossip.hosts": ["a:0", "[b]"], "gossip.secret_key": "short"})"));
  REQUIRE(!outcome.ok());
  for (const auto* key : {"gossip.bind: ", "\"a:0\"", "\"[b]\"", "gossip.secret_key: "}) {
    CHECK(outcome.error().text.find(key) != std::string::npos);
  }
}
