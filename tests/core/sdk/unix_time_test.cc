#include "sse/unix_time.h"

#include <doctest/doctest.h>

using namespace sse;
using namespace std::chrono_literals;
using Time = std::chrono::system_clock::time_point;

TEST_CASE("seconds since 1970 are a time, in whole milliseconds") {
  CHECK(fromUnixTime(0) == Time{});
  CHECK(fromUnixTime(1'790'000'000) == Time{1'790'000'000s});
  CHECK(fromUnixTime(1.0019) == Time{1001ms});
  CHECK(fromUnixTime(-1) == Time{-1s});
}

TEST_CASE("times that the clock cannot say are moved to where it can") {
  const Time future{std::chrono::years(250)};
  CHECK(future < Time::max());
  for (const double far : {9e9, 9'223'372'037.0, 9'999'999'999.0, kLatestUnixTime, 1e300, HUGE_VAL}) {
    CAPTURE(far);
    CHECK(fromUnixTime(far) > future);
    CHECK(fromUnixTime(-far) < -1 * future.time_since_epoch() + Time{});
  }
}
