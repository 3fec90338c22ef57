#include "discovery/gossip/endpoint.h"

#include <doctest/doctest.h>

using namespace sse::gossip;

namespace {

const std::string kV4{"\x0a\0\0\1", 4};
const std::string kMapped = std::string("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) + kV4;

}  // namespace

TEST_CASE("addresses are shown and compared in the shorter form and kept as they are") {
  CHECK(addressText(kV4) == "10.0.0.1");
  CHECK(addressText(kMapped) == "10.0.0.1");
  CHECK(text(Endpoint{kMapped, 42000}) == "10.0.0.1:42000");
  CHECK(text(Endpoint{addressBytes("2001:db8::1"), 1}) == "[2001:db8::1]:1");
  CHECK(sameSocket({kV4, 1}, {kMapped, 1}));
  CHECK(!sameSocket({kV4, 1}, {kV4, 2}));
  CHECK(Endpoint{kV4, 1} != Endpoint{kMapped, 1});
}

TEST_CASE("only numeric addresses become bytes, IPv4 ones four") {
  CHECK(addressBytes("10.0.0.1") == kV4);
  CHECK(addressBytes("::ffff:10.0.0.1") == kV4);
  CHECK(addressBytes("::1").size() == 16);
  CHECK(addressBytes("localhost").empty());
  CHECK(addressBytes("").empty());
  CHECK(addressText("abc").empty());
  CHECK(isAddress(kV4));
  CHECK(!isAddress("abc"));
}
