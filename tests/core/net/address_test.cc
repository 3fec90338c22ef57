#include "net/address.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <utility>

#include "net/networks.h"

using namespace sse;

TEST_CASE("IPv4 addresses are the same whether they came as such or mapped") {
  sockaddr_storage v4{};
  v4.ss_family = AF_INET;
  ::inet_pton(AF_INET, "10.1.2.3", &reinterpret_cast<sockaddr_in&>(v4).sin_addr);
  sockaddr_storage v6{};
  v6.ss_family = AF_INET6;
  ::inet_pton(AF_INET6, "::ffff:10.1.2.3", &reinterpret_cast<sockaddr_in6&>(v6).sin6_addr);
  CHECK(net::addressOf(v4) == net::addressOf(v6));
  CHECK(net::addressText(net::addressOf(v6)) == "10.1.2.3");
  ::inet_pton(AF_INET6, "2001:db8::1", &reinterpret_cast<sockaddr_in6&>(v6).sin6_addr);
  CHECK(net::addressText(net::addressOf(v6)) == "2001:db8::1");
}

TEST_CASE("limits count an address of IPv6 by its network, and one of IPv4 by itself") {
  for (const auto& [address, counted] : {
           std::pair{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
           std::pair{"2001:db8:1:2::", "2001:db8:1:2::"},
           std::pair{"2001:db8:1:3::6", "2001:db8:1:3::"},
           std::pair{"::1", "::"},
           std::pair{"::ffff:10.1.2.3", "10.1.2.3"},
           std::pair{"10.1.2.4", "10.1.2.4"},
           std::pair{"unknown", "unknown"},
           std::pair{"", ""},
       }) {
    CHECK(net::countedAddress(address) == counted);
  }
}

TEST_CASE("networks hold their addresses, of IPv4 also where these came mapped") {
  const auto networks = net::Networks::parse({"10.9.8.7/13", "192.0.2.1", "fd00::/8", "2001:db8::1"});
  REQUIRE(networks.ok());
  for (const auto& [address, held] : {
           std::pair{"10.8.0.0", true},
           std::pair{"10.15.255.255", true},
           std::pair{"::ffff:10.9.1.1", true},
           std::pair{"10.16.0.0", false},
           std::pair{"10.7.255.255", false},
           std::pair{"192.0.2.1", true},
           std::pair{"192.0.2.2", false},
           std::pair{"fdff::1", true},
           std::pair{"fe00::1", false},
           std::pair{"2001:db8::1", true},
           std::pair{"2001:db8::2", false},
       }) {
    CAPTURE(address);
    CHECK(networks->contains(*net::parseAddress(address)) == held);
  }
  CHECK(net::Networks::parse({"0.0.0.0/0"})->contains(*net::parseAddress("8.8.8.8")));
  CHECK_FALSE(net::Networks::parse({"0.0.0.0/0"})->contains(*net::parseAddress("2001:db8::1")));
  CHECK(net::Networks::parse({"::/0"})->contains(*net::parseAddress("2001:db8::1")));
  CHECK_FALSE(net::Networks::parse({})->contains(*net::parseAddress("10.0.0.1")));
}

TEST_CASE("what is no network is told with what was expected") {
  for (const auto* wrong : {"", "proxy", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8 ", "10.0.0.1:80",
                            "::/129", "[::1]", "10.0.0.0/8/8"}) {
    CAPTURE(wrong);
    const auto networks = net::Networks::parse({"10.0.0.1", wrong});
    REQUIRE_FALSE(networks.ok());
    CHECK(networks.error().code == Code::InvalidArgument);
    CHECK(networks.error().text.ends_with("got \"" + std::string(wrong) + "\""));
  }
}
