#include "kernel/exposure.h"

#include <doctest/doctest.h>

using namespace sse::kernel;

TEST_CASE("loopback, private, shared and link-local addresses are not public") {
  for (const auto* address :
       {"127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.9.9", "100.64.0.1", "169.254.0.1", "0.0.0.0",
        "::1", "::", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "", "host"}) {
    CAPTURE(address);
    CHECK_FALSE(isPublic(address));
  }
}

TEST_CASE("other addresses are public") {
  for (const auto* address :
       {"8.8.8.8", "172.32.0.1", "172.15.0.1", "100.128.0.1", "192.169.0.1", "2001:4860::8888", "::ffff:8.8.8.8"}) {
    CAPTURE(address);
    CHECK(isPublic(address));
    CHECK(publicAddress(address) == address);
  }
  CHECK_FALSE(publicAddress("127.0.0.1"));
}
