#include "api/forwarded.h"

#include <doctest/doctest.h>
#include <utility>

using namespace sse;

namespace {

std::string clientOf(std::initializer_list<const char*> forwarded, const char* direct = "10.0.0.1") {
  http::Head head;
  for (const auto* value : forwarded) REQUIRE(head.add("X-Forwarded-For", value));
  const auto proxies = net::Networks::parse({"10.0.0.0/8", "fd00::/8"});
  return api::clientAddress(head, *net::parseAddress(direct), *proxies);
}

}  // namespace

TEST_CASE("the client is the last hop that is no proxy of ours, without its port") {
  for (const auto& [forwarded, client] : {
           std::pair{"192.0.2.1", "192.0.2.1"},
           std::pair{"192.0.2.1:4711", "192.0.2.1"},
           std::pair{"[2001:db8::1]:4711", "2001:db8::1"},
           std::pair{"[2001:db8::1]", "2001:db8::1"},
           std::pair{"2001:DB8:0::1", "2001:db8::1"},
           std::pair{"::ffff:192.0.2.1", "192.0.2.1"},
           std::pair{"6.6.6.6, 192.0.2.1,\t10.2.3.4:80 , [fd00::2]:80", "192.0.2.1"},
           std::pair{"192.0.2.1, unknown", "unknown"},
           std::pair{"[", "["},
           std::pair{"[]:80", "[]:80"},
           std::pair{" , ,", "10.0.0.1"},
           std::pair{"", "10.0.0.1"},
           std::pair{"10.1.1.1", "10.0.0.1"},
       }) {
    CAPTURE(forwarded);
    CHECK(clientOf({forwarded}) == client);
  }
}

TEST_CASE("of several headers the last one counts first, and none of a stranger") {
  CHECK(clientOf({"6.6.6.6", "192.0.2.1"}) == "192.0.2.1");
  CHECK(clientOf({"192.0.2.1", "10.1.1.1"}) == "192.0.2.1");
  CHECK(clientOf({}) == "10.0.0.1");
  CHECK(clientOf({"192.0.2.1"}, "192.0.2.9") == "192.0.2.9");
  CHECK(clientOf({"192.0.2.1"}, "fd00::1") == "192.0.2.1");
}
