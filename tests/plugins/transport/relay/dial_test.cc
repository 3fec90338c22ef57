#include "transport/relay/dial.h"

#include <doctest/doctest.h>

#include "transport/relay/address.h"

using namespace sse;
using namespace sse::relay;

TEST_CASE("101 is a relay, another answer a node of the original program") {
  CHECK(*judgeUpgradeAnswer("HTTP/1.1 101 Switching Protocols\r\n\r\n") == Answerer::Relay);
  for (const auto* other :
       {"HTTP/1.1 404 Not Found\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 403 Forbidden\r\n\r\n",
        "HTTP/1.1 405 Method Not Allowed\r\nAllow: POST\r\n\r\n"}) {
    CAPTURE(other);
    CHECK(*judgeUpgradeAnswer(other) == Answerer::Original);
  }
}

TEST_CASE("what is no HTTP/1.1, a proxy's error and a problem of a node of ours are neither") {
  for (const auto* other :
       {"HTTP/1.0 101 x\r\n\r\n", "HTTP/1.1 10\r\n\r\n", "HTTP/1.1 999 x\r\n\r\n", "SSH-2.0\r\n\r\n", "\r\n\r\n",
        "HTTP/1.1 502 Bad Gateway\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\nContent-Type: application/problem+json\r\n\r\n"}) {
    CAPTURE(other);
    const auto outcome = judgeUpgradeAnswer(other);
    REQUIRE(!outcome.ok());
    CHECK(outcome.error().code == Code::Unsupported);
  }
}

TEST_CASE("a numeric address has one form") {
  CHECK(canonicalAddress("10.0.0.1") == "10.0.0.1");
  CHECK(canonicalAddress("::ffff:10.0.0.1") == "10.0.0.1");
  CHECK(canonicalAddress("0:0:0:0:0:0:0:1") == "::1");
  for (const auto* none : {"", "localhost", "10.0.0", "*"}) CHECK(canonicalAddress(none).empty());
}
