#include "discovery/hosts/hosts.h"

#include <doctest/doctest.h>

#include "sse/conformance/fake_host.h"
#include "sse/conformance/fake_loop.h"

using namespace sse;
using namespace std::chrono_literals;

namespace {

/// A plugin with a name service of its own.
struct World {
  conformance::FakeLoop loop;
  conformance::FakeHost host{loop, "self", "self"};
  std::shared_ptr<std::map<std::string, std::vector<std::string>>> names =
      std::make_shared<std::map<std::string, std::vector<std::string>>>();
  std::shared_ptr<std::vector<MembershipChanged>> seen = host.bus().record<MembershipChanged>();
  hosts::Hosts plugin{[names = names](const std::string& name) { return (*names)[name]; }};

  void start(const std::string& peers, int interval_ms = 10'000) {
    const auto interval = std::to_string(interval_ms);
    REQUIRE(plugin.configure(host, R"({"hosts.peers": )" + peers + R"(, "hosts.interval": )" + interval + "}").ok());
    REQUIRE(plugin.start().ok());
    loop.run();
  }
  [[nodiscard]] std::vector<std::string> addresses() const {
    std::vector<std::string> found;
    for (const auto& member : seen->back().members) {
      found.push_back(member.address + ":" + std::to_string(member.http_port));
    }
    return found;
  }
};

using Addresses = std::vector<std::string>;

}  // namespace

TEST_CASE("numeric peers are published at start under the plugin's name") {
  World world;
  world.start(R"(["10.0.0.1:8080", "[::1]:81"])");
  REQUIRE(world.seen->size() == 1);
  CHECK(world.seen->back().source == "hosts");
  CHECK(world.addresses() == Addresses{"10.0.0.1:8080", "::1:81"});
  CHECK(world.loop.timers() == 0);
}

TEST_CASE("without peers the empty list is published, so that the node need not wait") {
  World world;
  world.start("null");
  REQUIRE(world.seen->size() == 1);
  CHECK(world.seen->back().members.empty());
}

TEST_CASE("a name that changes is followed and an unchanged one says nothing") {
  World world;
  (*world.names)["a"] = {"10.0.0.1", "10.0.0.2"};
  world.start(R"(["a:80"])");
  CHECK(world.addresses() == Addresses{"10.0.0.1:80", "10.0.0.2:80"});
  world.loop.advance(25s);
  CHECK(world.seen->size() == 1);
  (*world.names)["a"] = {"10.0.0.3"};
  world.loop.advance(10s);
  CHECK(world.seen->size() == 2);
  CHECK(world.addresses() == Addresses{"10.0.0.3:80"});
}

TEST_CASE("a name that stops resolving keeps its last answer, is logged once, and told at each try") {
  World world;
  const auto warned = world.host.bus().record<Warned>();
  (*world.names)["a"] = {"10.0.0.1"};
  world.start(R"(["a:80"])");
  (*world.names)["a"] = {};
  world.loop.advance(35s);
  CHECK(world.seen->size() == 1);
  CHECK(world.addresses() == Addresses{"10.0.0.1:80"});
  CHECK(world.host.log().lines("hosts-unresolved").size() == 1);
  CHECK(world.host.metrics().counter("sse_hosts_resolve_failures_total", "").value() == 3);
  REQUIRE(warned->size() == 3);
  CHECK(warned->back().id == "hosts-unresolved");
  CHECK(warned->back().about == "a");
  CHECK(warned->back().text.find("its last answer is kept") != std::string::npos);
  (*world.names)["a"] = {"10.0.0.1"};
  world.loop.advance(10s);
  CHECK(warned->size() == 3);
  CHECK(world.host.log().lines("hosts-resolved").size() == 1);
  CHECK(world.seen->size() == 1);
}

TEST_CASE("a name that does not resolve is warned of every minute, however seldom it is tried") {
  World world;
  const auto warned = world.host.bus().record<Warned>();
  world.start(R"(["a:80"])", 600'000);
  world.loop.advance(250s);
  CHECK(warned->size() == 5);
  CHECK(world.host.metrics().counter("sse_hosts_resolve_failures_total", "").value() == 1);
  (*world.names)["a"] = {"10.0.0.1"};
  world.loop.advance(700s);
  CHECK(warned->size() == 10);
  world.plugin.stop();
  CHECK(world.loop.timers() == 0);
}

TEST_CASE("where the host has no room for the question it is put again, and no name counts as unknown") {
  World world;
  (*world.names)["a"] = {"10.0.0.1"};
  bool room = false;
  world.host.offloadWith([&](const auto& work, auto done) {
    if (room) work();
    world.loop.post(std::move(done));
  });
  world.start(R"(["a:80"])");
  CHECK(world.host.metrics().counter("sse_hosts_resolve_failures_total", "").value() == 0);
  room = true;
  world.loop.advance(10s);
  CHECK(world.addresses() == Addresses{"10.0.0.1:80"});
  room = false;
  world.loop.advance(10s);
  CHECK(world.addresses() == Addresses{"10.0.0.1:80"});
}

TEST_CASE("an answer that comes after stop is forgotten") {
  World world;
  (*world.names)["a"] = {"10.0.0.1"};
  REQUIRE(world.plugin.configure(world.host, R"({"hosts.peers": ["a:80"], "hosts.interval": 10000})").ok());
  REQUIRE(world.plugin.start().ok());
  world.plugin.stop();
  world.loop.advance(30s);
  CHECK(world.seen->empty());
}

TEST_CASE("a bad list is a configuration error") {
  World world;
  const auto outcome = world.plugin.configure(world.host, R"({"hosts.peers": ["a"], "hosts.interval": 10000})");
  REQUIRE(!outcome.ok());
  CHECK(outcome.error().text.find("hosts.peers: expected host:port") == 0);
}

TEST_CASE("the system resolves localhost and no nonsense") {
  CHECK(!hosts::systemResolve("localhost").empty());
  CHECK(hosts::systemResolve("no-such-name.invalid").empty());
}
