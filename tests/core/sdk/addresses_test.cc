#include "sse/addresses.h"

#include <doctest/doctest.h>
#include <netinet/in.h>

using sse::addressesOf;
using sse::LookUp;
using Texts = std::vector<std::string>;

TEST_CASE("a numeric address is its own, in its shortest form") {
  CHECK(addressesOf("127.0.0.1").value() == Texts{"127.0.0.1"});
  CHECK(addressesOf("0:0::0:1", LookUp::NumericOnly).value() == Texts{"::1"});
}

TEST_CASE("a host is this machine by its text") {
  for (const auto* own : {"localhost", "::1", "127.0.0.1", "127.9.9.9"}) CHECK(sse::isLoopbackHost(own));
  for (const auto* other : {"", "127.evil.example", "localhost.example", "10.0.0.1", "::2"}) {
    CHECK_FALSE(sse::isLoopbackHost(other));
  }
}

TEST_CASE("a name is asked of the system, unless only numbers are wanted") {
  const auto asked = addressesOf("localhost");
  REQUIRE(asked.ok());
  for (const auto& text : *asked) CHECK((text == "127.0.0.1" || text == "::1"));
  CHECK(!addressesOf("localhost", LookUp::NumericOnly).ok());
}

TEST_CASE("a name that does not resolve is named with the reason") {
  const auto outcome = addressesOf("no-such-name.invalid");
  REQUIRE(!outcome.ok());
  CHECK(outcome.error().code == sse::Code::Unavailable);
  CHECK(outcome.error().text.find("no-such-name.invalid: ") == 0);
  CHECK(outcome.error().text.size() > std::string("no-such-name.invalid: ").size());
}

TEST_CASE("a socket address is written without its port, and one of no family not at all") {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(80);
  v4.sin_addr.s_addr = htonl(0x0a000001);
  CHECK(sse::numericText(reinterpret_cast<const sockaddr*>(&v4), sizeof(v4)) == "10.0.0.1");
  v4.sin_family = AF_UNSPEC;
  CHECK(sse::numericText(reinterpret_cast<const sockaddr*>(&v4), sizeof(v4)).empty());
}
