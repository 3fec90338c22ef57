#include "transport/relay/dial.h"

#include <doctest/doctest.h>

using namespace sse;
using sse::relay::checkUpgradeAnswer;

TEST_CASE("only 101 is a relay") {
  CHECK(checkUpgradeAnswer("HTTP/1.1 101 Switching Protocols\r\n\r\n").ok());
  for (const auto* other : {"HTTP/1.1 404 Not Found\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 101 x\r\n\r\n",
                            "HTTP/1.1 10\r\n\r\n", "SSH-2.0\r\n\r\n", "\r\n\r\n"}) {
    CAPTURE(other);
    const auto outcome = checkUpgradeAnswer(other);
    REQUIRE(!outcome.ok());
    CHECK(outcome.error().code == Code::Unsupported);
  }
}
