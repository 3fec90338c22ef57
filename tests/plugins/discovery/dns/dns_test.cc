#include "discovery/dns/dns.h"

#include <doctest/doctest.h>

#include "plugins/discovery/dns/dns_world.h"

using namespace sse;
using namespace std::chrono_literals;
using test::DnsServer;
using test::DnsWorld;

namespace {

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("address records are published under the plugin's name, with this node's own port") {
  DnsWorld world;
  world.server.addresses("sse.test", {"10.0.0.2", "10.0.0.1", "10.0.0.2"});
  world.start();
  world.lookedUp();
  REQUIRE(world.seen->size() == 1);
  CHECK(world.seen->back().source == "dns");
  CHECK(world.members() == Texts{"10.0.0.1:8080", "10.0.0.2:8080"});
  CHECK(world.host.metrics().gauge("sse_dns_members", "").value() == 2);
  CHECK(world.failing() == 0);
}

TEST_CASE("dns.port takes the place of this node's own") {
  DnsWorld world;
  world.server.addresses("sse.test", {"10.0.0.1"});
  world.start({{"dns.port", 81}});
  world.lookedUp();
  CHECK(world.members() == Texts{"10.0.0.1:81"});
}

TEST_CASE("of a name with both families the IPv4 addresses are taken, else the IPv6 ones") {
  DnsWorld world;
  world.server.addresses("sse.test", {"fd00::1"});
  world.start();
  world.lookedUp();
  CHECK(world.members() == Texts{"fd00::1:8080"});
  world.server.addresses("sse.test", {"10.0.0.1"});
  world.next(10s);
  CHECK(world.members() == Texts{"10.0.0.1:8080"});
}

TEST_CASE("records that come and go are followed and unchanged ones say nothing") {
  DnsWorld world;
  world.server.addresses("sse.test", {"10.0.0.1"});
  world.start();
  world.lookedUp();
  world.server.addresses("sse.test", {"10.0.0.1", "10.0.0.2"});
  world.next(10s);
  CHECK(world.members() == Texts{"10.0.0.1:8080", "10.0.0.2:8080"});
  world.next(10s);
  CHECK(world.seen->size() == 2);
  world.server.addresses("sse.test", {"10.0.0.2"});
  world.next(10s);
  CHECK(world.seen->size() == 3);
  CHECK(world.members() == Texts{"10.0.0.2:8080"});
}

TEST_CASE("a TTL between a second and the interval sets the time of the next lookup") {
  DnsWorld world;
  const auto waits = [&](std::uint32_t ttl, Duration wait) {
    CAPTURE(ttl);
    world.server.addresses("sse.test", {"10.0.0.1"}, ttl);
    world.next(10s);
    CHECK(!world.asksAfter(wait - 300ms));
    CHECK(world.asksAfter(400ms));
    world.lookedUp();
  };
  world.start();
  world.lookedUp();
  waits(4, 4s);
  waits(0, 1s);
  waits(3600, 10s);
}

TEST_CASE("a name without records means no other node: logged once, told for as long, and followed when some appear") {
  DnsWorld world;
  const auto warned = world.host.bus().record<Warned>();
  world.start();
  world.lookedUp();
  REQUIRE(world.seen->size() == 1);
  CHECK(world.seen->back().members.empty());
  REQUIRE(world.lines("dns-no-records") == 1);
  CHECK(world.host.log().lines("dns-no-records")[0].fields.at("answer").find("not found") != std::string::npos);
  world.next(10s);
  CHECK(world.lines("dns-no-records") == 1);
  REQUIRE(warned->size() == 2);
  CHECK(warned->back().id == "dns-no-records");
  world.server.addresses("sse.test", {"10.0.0.1"});
  world.next(10s);
  CHECK(world.members() == Texts{"10.0.0.1:8080"});
  world.server.clear();
  world.next(10s);
  CHECK(world.seen->back().members.empty());
  CHECK(world.lines("dns-no-records") == 2);
  CHECK(world.failures() == 0);
}

TEST_CASE("a name whose addresses are gone but that still exists means no other node as well") {
  DnsWorld world;
  world.server.at("sse.test", test::kDnsA) = {};
  world.start();
  world.lookedUp();
  REQUIRE(world.seen->size() == 1);
  CHECK(world.seen->back().members.empty());
  CHECK(world.failures() == 0);
}

TEST_CASE("the time of a negative answer is kept to") {
  DnsWorld world;
  world.start({{"dns.interval", 60'000}});
  world.lookedUp();
  CHECK(!world.asksAfter(29s));
  CHECK(world.asksAfter(2s));
}

TEST_CASE("a resolver that fails keeps the last answer and is told once") {
  for (const auto mode : {DnsServer::Mode::Refuse, DnsServer::Mode::Silent, DnsServer::Mode::Garbage}) {
    CAPTURE(static_cast<int>(mode));
    DnsWorld world;
    world.server.addresses("sse.test", {"10.0.0.1"});
    const auto warned = world.host.bus().record<Warned>();
    world.start();
    world.lookedUp();
    CHECK(warned->empty());
    world.server.mode = mode;
    world.next(10s);
    world.next(10s);
    CHECK(world.seen->size() == 1);
    CHECK(world.failures() == 2);
    CHECK(world.failing() == 1);
    REQUIRE(world.lines("dns-failed") == 1);
    CHECK(world.host.log().lines("dns-failed")[0].text.find("last answer is kept") != std::string::npos);
    REQUIRE(warned->size() == 2);
    CHECK(warned->back().id == "dns-failed");
    CHECK(warned->back().about == "sse.test");
    CHECK(world.lines("dns-no-records") == 0);
    world.server.mode = DnsServer::Mode::Normal;
    world.next(10s);
    CHECK(world.lines("dns-recovered") == 1);
    CHECK(world.failing() == 0);
    CHECK(world.seen->size() == 1);
  }
}

TEST_CASE("before the first answer nobody is known, which is told once") {
  DnsWorld world;
  world.server.mode = DnsServer::Mode::Refuse;
  world.server.addresses("sse.test", {"10.0.0.1"});
  world.start();
  world.lookedUp();
  REQUIRE(world.seen->size() == 1);
  CHECK(world.members().empty());
  CHECK(world.host.log().lines("dns-failed")[0].text.find("it is tried again") != std::string::npos);
  world.server.mode = DnsServer::Mode::Normal;
  world.next(1s);
  CHECK(world.members() == Texts{"10.0.0.1:8080"});
}

TEST_CASE("a failing lookup is tried again after one second, then less and less often up to the interval") {
  DnsWorld world;
  world.server.mode = DnsServer::Mode::Refuse;
  world.start();
  world.lookedUp();
  for (const auto wait : {1000ms, 2000ms, 4000ms, 8000ms, 10000ms, 10000ms}) {
    CAPTURE(wait.count());
    CHECK(!world.asksAfter(wait - 300ms));
    CHECK(world.asksAfter(400ms));
    world.lookedUp();
  }
}

TEST_CASE("where nobody listens the lookup fails, and it goes on when somebody does") {
  DnsWorld world;
  std::string address;
  {
    DnsServer gone(world.loop);
    address = gone.address();
  }
  world.start({{"dns.server", address}});
  world.lookedUp();
  CHECK(world.failures() == 1);
  CHECK(world.lines("dns-failed") == 1);
}

TEST_CASE("an answer that was cut is asked for over TCP") {
  DnsWorld world;
  Texts many;
  for (int i = 1; i <= 200; ++i) many.push_back("10.0.0." + std::to_string(i));
  world.server.addresses("sse.test", many);
  world.start();
  world.lookedUp();
  CHECK(world.members().size() == 200);
  CHECK(world.server.overTcp() > 0);
}

TEST_CASE("more records than are followed are told once") {
  DnsWorld world;
  auto& answer = world.server.at("sse.test", test::kDnsA);
  for (unsigned i = 0; i < dns::kMaxRecords + 50; ++i) {
    answer.records.push_back(
        test::dnsAddress("sse.test", "10.0." + std::to_string(i / 200) + "." + std::to_string(i % 200), 60));
  }
  world.start();
  world.lookedUp();
  CHECK(world.members().size() == dns::kMaxRecords);
  world.next(10s);
  CHECK(world.lines("dns-too-many") == 1);
}

TEST_CASE("an answer that comes after stop is forgotten and nothing is asked any more") {
  DnsWorld world;
  world.server.addresses("sse.test", {"10.0.0.1"});
  world.start();
  world.plugin.stop();
  CHECK(world.asksAfter(0s));
  CHECK(!world.asksAfter(60s));
  CHECK(world.seen->empty());
}

TEST_CASE("bad settings are a configuration error") {
  DnsWorld world;
  const auto outcome = world.plugin.configure(
      world.host,
      R"({"dns.name": null, "dns.service": "http", "dns.port": null, "dns.interval": 10000, "dns.server": null})");
  REQUIRE(!outcome.ok());
  CHECK(outcome.error().text.find("dns.name: expected the name of a service") == 0);
}

TEST_CASE("without dns.server the system's is asked") {
  DnsWorld world;
  const auto resolver = dns::Resolver::make(world.loop, std::nullopt, {Duration(20), 1});
  REQUIRE(resolver.ok());
  const auto names = (*resolver)->candidates("sse.test");
  CHECK(std::find(names.begin(), names.end(), "sse.test") != names.end());
  CHECK((*resolver)->candidates("sse.test.") == Texts{"sse.test."});
}
