#include "discovery/dns/lookup.h"

#include <doctest/doctest.h>

#include "sse/conformance/poll_loop.h"
#include "support/dns_server.h"

using namespace sse;
using dns::Outcome;

namespace {

/// A server and what a lookup of several forms of a name finds out there.
struct World {
  conformance::PollLoop loop;
  test::DnsServer server{loop};

  Outcome look(std::vector<std::string> names) {
    auto resolver = dns::Resolver::make(loop, *dns::parseServer(server.address()), {Duration(100), 2});
    REQUIRE(resolver.ok());
    std::optional<Outcome> found;
    dns::Lookup lookup(std::move(*resolver), std::move(names), "http", false,
                       [&](Outcome outcome) { found = std::move(outcome); });
    lookup.start();
    CHECK(!found);
    REQUIRE(loop.runUntil([&] { return found.has_value(); }));
    return *found;
  }
};

}  // namespace

TEST_CASE("the first name of the search list that has records is taken") {
  World world;
  world.server.addresses("sse.b.test", {"10.0.0.1"});
  world.server.addresses("sse", {"10.0.0.2"});
  const auto outcome = world.look({"sse.a.test", "sse.b.test", "sse"});
  CHECK(outcome.kind == Outcome::Kind::Addresses);
  REQUIRE(outcome.places.size() == 1);
  CHECK(outcome.places[0].name == "sse.b.test");
  CHECK(outcome.places[0].addresses == std::vector<std::string>{"10.0.0.1"});
  CHECK(world.server.asked("sse", test::kDnsA) == 0);
}

TEST_CASE("service records are searched for as well") {
  World world;
  world.server.at("_http._tcp.sse.b.test", test::kDnsSrv).records = {
      test::dnsService("_http._tcp.sse.b.test", "n.test", 81, 60)};
  world.server.addresses("n.test", {"10.0.0.1"});
  const auto outcome = world.look({"sse.a.test", "sse.b.test"});
  CHECK(outcome.kind == Outcome::Kind::Services);
  CHECK(outcome.ttl == std::chrono::seconds(30));
}

TEST_CASE("where no name has records there is nothing") {
  World world;
  const auto outcome = world.look({"sse.a.test", "sse"});
  CHECK(outcome.kind == Outcome::Kind::Nothing);
  CHECK(outcome.ttl == std::chrono::seconds(30));
  CHECK(!outcome.problem.empty());
}

TEST_CASE("a name of the search list that fails does not hide the next, but then nothing is not believed") {
  World world;
  for (const auto type : {test::kDnsA, test::kDnsAaaa}) world.server.at("sse.a.test", type) = {2};
  const auto failed = world.look({"sse.a.test", "sse"});
  CHECK(failed.kind == Outcome::Kind::Failed);
  CHECK(failed.problem == "no DNS server can be reached, or each answers with a failure");
  world.server.addresses("sse", {"10.0.0.2"});
  CHECK(world.look({"sse.a.test", "sse"}).kind == Outcome::Kind::Addresses);
}

TEST_CASE("where no server answers the other names are not asked") {
  World world;
  world.server.mode = test::DnsServer::Mode::Silent;
  CHECK(world.look({"sse.a.test", "sse"}).kind == Outcome::Kind::Failed);
  CHECK(world.server.asked("sse.a.test", test::kDnsA) == 2);
  CHECK(world.server.asked("sse", test::kDnsA) == 0);
}
