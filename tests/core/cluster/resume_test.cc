#include "cluster/resume.h"

#include <doctest/doctest.h>

#include "sse/conformance/fake_journal.h"

using sse::Checkpoint;
using sse::Identity;
using sse::cluster::Had;
using sse::conformance::tagOf;

namespace {
const auto kA = tagOf("a");
const auto kB = tagOf("b");
const auto kC = tagOf("c");
}  // namespace

TEST_CASE(
    "a subscriber has the checkpoint, its event's origin up to the event, and the node's own up to the position") {
  // Event 40 of c, got at position 107 of a; a told of itself at 100.
  const auto had = Had::of({kC, 40}, {kA, 107}, {kA, 100, {{kA, 99}, {kB, 12}, {kC, 30}}});
  CHECK(had.numberOf(kA) == 107);
  CHECK(had.numberOf(kB) == 12);
  CHECK(had.numberOf(kC) == 40);
  CHECK(had.has({kB, 12}));
  CHECK(!had.has({kB, 13}));
  CHECK(!had.has({tagOf("d"), 1}));
}

TEST_CASE("an event got at its origin says it all for that origin") {
  const auto had = Had::of({kA, 7}, {kA, 7}, {kA, 5, {}});
  CHECK(had.has({kA, 7}));
  CHECK(!had.has({kA, 8}));
}

TEST_CASE("an older event than the checkpoint knows lowers nothing") {
  const auto had = Had::of({kB, 3}, {kA, 107}, {kA, 100, {{kB, 12}}});
  CHECK(had.numberOf(kB) == 12);
}

TEST_CASE("covering needs every origin") {
  const Had had({{kA, 5}, {kB, 2}});
  CHECK(had.covers({kC, 9, {}}));
  CHECK(had.covers({kC, 9, {{kA, 5}, {kB, 1}}}));
  CHECK(!had.covers({kC, 9, {{kA, 6}}}));
  CHECK(!had.covers({kC, 9, {{kC, 1}}}));
}
