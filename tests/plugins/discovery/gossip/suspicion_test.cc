#include "discovery/gossip/suspicion.h"

#include <doctest/doctest.h>

using namespace sse;
using namespace sse::gossip;
using namespace std::chrono_literals;

namespace {

const Clock::time_point kStart{std::chrono::hours(1)};

/// The timeout after so many other nodes have confirmed.
Duration timeout(std::size_t members, int confirmations, const Intervals& intervals = kLan) {
  Suspicion suspicion(intervals, members, "first", kStart);
  for (int i = 0; i < confirmations; ++i) CHECK(suspicion.confirm("other" + std::to_string(i)));
  return std::chrono::duration_cast<Duration>(suspicion.deadline() - kStart);
}

}  // namespace

TEST_CASE("two and three nodes cannot confirm, so a suspect has the least time") {
  CHECK(timeout(1, 0) == 4s);
  CHECK(timeout(2, 0) == 4s);
  CHECK(timeout(3, 0) == 4s);
  CHECK(!Suspicion(kLan, 3, "first", kStart).confirm("other"));
}

TEST_CASE("with four nodes confirmations shorten the time") {
  CHECK(timeout(4, 0) == 24s);
  CHECK(timeout(4, 1) == 11381ms);
  CHECK(timeout(4, 2) == 4s);
}

TEST_CASE("the times grow with the logarithm of the members, cut to three decimals") {
  CHECK(timeout(10, 2) == 4s);
  CHECK(timeout(11, 2) == 4164ms);
  CHECK(timeout(100, 0) == 48s);
  CHECK(timeout(500, 2) == 10792ms);
  CHECK(timeout(500, 0) == 6 * 10792ms);
}

TEST_CASE("the suspicion multiplier says how many are to confirm") {
  CHECK(timeout(6, 0, *intervalsNamed("wan")) == 180s);
  CHECK(timeout(6, 4, *intervalsNamed("wan")) == 30s);
  CHECK(timeout(5, 0, *intervalsNamed("wan")) == 30s);
  CHECK(timeout(3, 1, *intervalsNamed("local")) == 3s);
}

TEST_CASE("only nodes that have not spoken confirm, and only as many as are wanted") {
  Suspicion suspicion(kLan, 10, "first", kStart);
  CHECK(!suspicion.confirm("first"));
  CHECK(suspicion.confirm("second"));
  CHECK(!suspicion.confirm("second"));
  CHECK(suspicion.confirm("third"));
  CHECK(!suspicion.confirm("fourth"));
  CHECK(suspicion.deadline() == kStart + 4s);
}
