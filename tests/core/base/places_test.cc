#include "base/places.h"

#include <doctest/doctest.h>

using sse::base::Places;

TEST_CASE("a place is taken until its last copy is gone") {
  Places places(2);
  const auto first = places.take();
  auto second = places.take();
  auto copy = second;
  REQUIRE(first);
  REQUIRE(second);
  CHECK_FALSE(places.take());
  second.reset();
  CHECK_FALSE(places.take());
  copy.reset();
  CHECK(places.take());
  CHECK(places.take());
}
