#include "sse/max_age.h"

#include <doctest/doctest.h>

using namespace sse;
using namespace std::chrono_literals;

TEST_CASE("max-age is read from Cache-Control") {
  CHECK(maxAgeOf("max-age=60") == 60s);
  CHECK(maxAgeOf("public, max-age=60, immutable") == 60s);
  CHECK(maxAgeOf("no-store") == 0s);
  CHECK_FALSE(maxAgeOf("").has_value());
  CHECK_FALSE(maxAgeOf("s-maxage=60").has_value());
  CHECK_FALSE(maxAgeOf("max-age=x").has_value());
}
