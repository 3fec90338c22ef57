// Service records and their targets.
#include <doctest/doctest.h>

#include "plugins/discovery/dns/dns_world.h"

using namespace sse;
using namespace std::chrono_literals;
using test::DnsWorld;

namespace {

using Texts = std::vector<std::string>;

const std::string kService = "_http._tcp.sse.test";

struct Srv {
  std::string target;
  unsigned port;
};

/// A world whose name has service records, and address records that are not to be taken.
struct ServiceWorld : DnsWorld {
  ServiceWorld() { server.addresses("sse.test", {"10.9.9.9"}); }

  void services(const std::vector<Srv>& list, const std::vector<std::string>& additional = {},
                std::uint32_t ttl = 3600) {
    auto& answer = server.at(kService, test::kDnsSrv) = {};
    for (const auto& one : list) answer.records.push_back(test::dnsService(kService, one.target, one.port, ttl));
    answer.additional = additional;
  }
};

}  // namespace

TEST_CASE("service records go before address records and carry their ports") {
  ServiceWorld world;
  world.services({{"n1.test", 8081}, {"n2.test", 8082}});
  world.server.addresses("n1.test", {"10.0.0.1"});
  world.server.addresses("n2.test", {"10.0.0.2"});
  world.start();
  world.lookedUp();
  CHECK(world.members() == Texts{"10.0.0.1:8081", "10.0.0.2:8082"});
}

TEST_CASE("another service is asked for by its name") {
  ServiceWorld world;
  world.server.at("_events._tcp.sse.test", test::kDnsSrv).records = {
      test::dnsService("_events._tcp.sse.test", "n1.test", 8081, 60)};
  world.server.addresses("n1.test", {"10.0.0.1"});
  world.start({{"dns.service", "events"}});
  world.lookedUp();
  CHECK(world.members() == Texts{"10.0.0.1:8081"});
}

TEST_CASE("addresses that come along with service records are not asked for") {
  ServiceWorld world;
  world.services({{"N1.test", 8081}, {"n2.test", 8082}, {"n3.test", 8083}},
                 {test::dnsAddress("n1.TEST", "10.0.0.1", 60), test::dnsAddress("n2.test", "fd00::2", 60)});
  world.server.addresses("n3.test", {"fd00::3"});
  world.start();
  world.lookedUp();
  CHECK(world.members() == Texts{"10.0.0.1:8081", "fd00::2:8082", "fd00::3:8083"});
  CHECK(world.server.asked("n1.test", test::kDnsA) == 0);
  CHECK(world.server.asked("n2.test", test::kDnsA) == 0);
  CHECK(world.server.asked("n3.test", test::kDnsA) == 1);
}

TEST_CASE("several services on one target are several nodes and the target is asked for once") {
  ServiceWorld world;
  world.services({{"n1.test", 8081}, {"n1.test", 8082}, {"n1.test", 8082}});
  world.server.addresses("n1.test", {"10.0.0.1"});
  world.start();
  world.lookedUp();
  CHECK(world.members() == Texts{"10.0.0.1:8081", "10.0.0.1:8082"});
  CHECK(world.server.asked("n1.test", test::kDnsA) == 1);
}

TEST_CASE("more targets than are asked for at once are all asked for") {
  ServiceWorld world;
  std::vector<Srv> list;
  for (int i = 0; i < 100; ++i) {
    const auto name = "n" + std::to_string(i) + ".test";
    list.push_back({name, 80});
    world.server.addresses(name, {"10.0.0." + std::to_string(i)});
  }
  world.services(list);
  world.start();
  world.lookedUp();
  CHECK(world.members().size() == 100);
}

TEST_CASE("the TTL of service records and of their targets counts, the least of all") {
  for (const auto& [service_ttl, target_ttl] : {std::pair{3U, 3600U}, std::pair{3600U, 3U}}) {
    ServiceWorld world;
    world.services({{"n1.test", 80}}, {}, service_ttl);
    world.server.addresses("n1.test", {"10.0.0.1"}, target_ttl);
    world.start();
    world.lookedUp();
    CHECK(!world.asksAfter(2700ms));
    CHECK(world.asksAfter(400ms));
  }
}

TEST_CASE("a service record with the root as its target says that there is no node") {
  ServiceWorld world;
  world.services({{".", 0}});
  world.start();
  world.lookedUp();
  REQUIRE(world.seen->size() == 1);
  CHECK(world.seen->back().members.empty());
  CHECK(world.lines("dns-no-records") == 1);
}

TEST_CASE("a target that does not exist is no node") {
  ServiceWorld world;
  world.services({{"n1.test", 81}, {"gone.test", 82}});
  world.server.addresses("n1.test", {"10.0.0.1"});
  world.start();
  world.lookedUp();
  CHECK(world.members() == Texts{"10.0.0.1:81"});
  CHECK(world.failures() == 0);
}

TEST_CASE("a target that cannot be looked up keeps its last address while the others are followed") {
  ServiceWorld world;
  world.services({{"n1.test", 81}, {"n2.test", 82}});
  world.server.addresses("n1.test", {"10.0.0.1"});
  world.server.addresses("n2.test", {"10.0.0.2"});
  world.start();
  world.lookedUp();
  world.server.at("n1.test", test::kDnsA) = {2};
  world.server.addresses("n2.test", {"10.0.0.3"});
  world.next(10s);
  CHECK(world.members() == Texts{"10.0.0.1:81", "10.0.0.3:82"});
  CHECK(world.failures() == 1);
  REQUIRE(world.lines("dns-failed") == 1);
  CHECK(world.host.log().lines("dns-failed")[0].fields.at("reason").find("n1.test: ") == 0);
}

TEST_CASE("nobody is known while no target can be looked up") {
  ServiceWorld world;
  world.services({{"n1.test", 81}});
  world.server.at("n1.test", test::kDnsA) = {2};
  world.start();
  world.lookedUp();
  REQUIRE(world.seen->size() == 1);
  CHECK(world.members().empty());
  CHECK(world.failures() == 1);
}

TEST_CASE("a server that cannot answer about services is asked for addresses") {
  ServiceWorld world;
  world.server.at(kService, test::kDnsSrv) = {4};
  world.start();
  world.lookedUp();
  CHECK(world.members() == Texts{"10.9.9.9:8080"});
  CHECK(world.failing() == 0);
}

TEST_CASE("once there were service records, address records do not take their place because a question failed") {
  ServiceWorld world;
  world.services({{"n1.test", 81}}, {test::dnsAddress("n1.test", "10.0.0.1", 60)});
  world.start();
  world.lookedUp();
  world.server.at(kService, test::kDnsSrv) = {2};
  world.next(10s);
  CHECK(world.members() == Texts{"10.0.0.1:81"});
  CHECK(world.failing() == 1);
  world.server.at(kService, test::kDnsSrv) = {};
  world.next(10s);
  CHECK(world.members() == Texts{"10.9.9.9:8080"});
}

TEST_CASE("without addresses a failed question about services does not pass for an empty answer") {
  DnsWorld world;
  world.server.at(kService, test::kDnsSrv) = {2};
  world.start();
  world.lookedUp();
  REQUIRE(world.seen->size() == 1);
  CHECK(world.members().empty());
  CHECK(world.failures() == 1);
}
