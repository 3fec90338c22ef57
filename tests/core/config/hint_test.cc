#include "config/hint.h"

#include <doctest/doctest.h>

namespace sse::config {

TEST_CASE("inserting, leaving out, replacing and swapping a letter cost one each") {
  CHECK(editDistance("", "") == 0);
  CHECK(editDistance("abc", "abc") == 0);
  CHECK(editDistance("abc", "") == 3);
  CHECK(editDistance("port", "ports") == 1);
  CHECK(editDistance("port", "pot") == 1);
  CHECK(editDistance("port", "part") == 1);
  CHECK(editDistance("port", "prot") == 1);
}

TEST_CASE("the nearest candidate is offered only where it is near") {
  const std::vector<std::string> keys{"gossip.port", "gossip.hosts", "http.port"};
  CHECK(nearest("gossip.prot", keys) == "gossip.port");
  CHECK(nearest("Gossip.Hosts", keys) == "gossip.hosts");
  CHECK(nearest("htpt.port", keys) == "http.port");
  CHECK(nearest("relay.timeout", keys).empty());
  CHECK(nearest("", keys).empty());
  CHECK(nearest("x", {}).empty());
}

}  // namespace sse::config
