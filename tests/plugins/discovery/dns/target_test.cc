#include "discovery/dns/target.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace sse;
using dns::parseServer;
using dns::searchNames;

namespace {

Result<dns::Target> read(const nlohmann::json& changes = nlohmann::json::object()) {
  nlohmann::json all = {
      {"dns.name", "sse.test"}, {"dns.service", "http"}, {"dns.port", nullptr}, {"dns.server", nullptr}};
  all.update(changes);
  return dns::readTarget(Settings(all.dump()));
}

std::string errorOf(const nlohmann::json& changes) {
  const auto target = read(changes);
  REQUIRE(!target.ok());
  return target.error().text;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a name alone is enough") {
  const auto target = read();
  REQUIRE(target.ok());
  CHECK(target->name == "sse.test");
  CHECK(target->port == 0);
  CHECK(!target->server);
  CHECK(dns::serviceName(target->service, target->name) == "_http._tcp.sse.test");
}

TEST_CASE("port and server are taken") {
  const auto target = read({{"dns.port", 81}, {"dns.server", "127.0.0.1:5353"}});
  CHECK(target->port == 81);
  CHECK(target->server == dns::Server{"127.0.0.1", 5353});
}

TEST_CASE("without a name the error says what to do") {
  CHECK(errorOf({{"dns.name", nullptr}}) ==
        "dns.name: expected the name of a service, got none; set it, or leave dns out of discovery");
}

TEST_CASE("names that cannot be asked for are refused, all at once") {
  CHECK(errorOf({{"dns.name", "sse.test:80"}}).find("dns.name: expected a DNS name, got \"sse.test:80\"") == 0);
  CHECK(errorOf({{"dns.service", "a.b"}}).find("dns.service: expected the name of a port, got \"a.b\"") == 0);
  CHECK(errorOf({{"dns.service", ""}}).find("dns.service: ") == 0);
  std::string longest;
  while (longest.size() < 252) longest += "a.";
  CHECK(errorOf({{"dns.name", longest + "a"}}).find("dns.name: expected room for the service") == 0);
  const auto both = errorOf({{"dns.name", "a b"}, {"dns.server", "localhost"}});
  CHECK(both.find("dns.name: ") == 0);
  CHECK(both.find("\ndns.server: ") != std::string::npos);
}

TEST_CASE("servers are numeric addresses with or without a port") {
  CHECK(*parseServer("10.0.0.10") == dns::Server{"10.0.0.10", 53});
  CHECK(*parseServer("10.0.0.10:5353") == dns::Server{"10.0.0.10", 5353});
  CHECK(*parseServer("[::1]") == dns::Server{"::1", 53});
  CHECK(*parseServer("[::1]:65535") == dns::Server{"::1", 65535});
  for (const auto* bad : {"", "localhost", "10.0.0.1:", "10.0.0.1:0", "10.0.0.1:65536", "10.0.0.1:5x", "10.0.0.1:+5",
                          "::1", "[::1", "[::1]5", "[10.0.0.1]:53", ":53", "10.0.0"}) {
    CAPTURE(bad);
    const auto server = parseServer(bad);
    REQUIRE(!server.ok());
    CHECK(server.error().text.find("dns.server: expected address:port of a DNS server, got \"" + std::string(bad) +
                                   "\"") == 0);
  }
}

TEST_CASE("a short name is searched for before it is asked as it is, a long one after") {
  const Names domains{"ns.svc.cluster.local", "svc.cluster.local"};
  CHECK(searchNames("sse", domains, 5) == Names{"sse.ns.svc.cluster.local", "sse.svc.cluster.local", "sse"});
  CHECK(searchNames("sse.ns", domains, 1) ==
        Names{"sse.ns", "sse.ns.ns.svc.cluster.local", "sse.ns.svc.cluster.local"});
  CHECK(searchNames("sse.ns.", domains, 5) == Names{"sse.ns."});
  CHECK(searchNames("sse", {}, 1) == Names{"sse"});
}

TEST_CASE("names of the search list that would be too long are left out") {
  CHECK(searchNames("sse",
                    {std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') + "." +
                         std::string(63, 'd'),
                     "", "ok.test"},
                    1) == Names{"sse.ok.test", "sse"});
}
