#include "auth/open/open.h"

#include <doctest/doctest.h>

TEST_CASE("everybody is allowed, as nobody in particular and for good") {
  const auto decision = sse::auth::open::allowEverybody();
  CHECK(decision.verdict == sse::Decision::Verdict::Allow);
  CHECK(decision.identity.empty());
  CHECK_FALSE(decision.expires);
}
