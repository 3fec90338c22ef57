#include "transport/relay/asks.h"

#include <doctest/doctest.h>

#include "sse/conformance/fake_journal.h"

using namespace sse;
using sse::conformance::tagOf;
using sse::relay::Asks;

namespace {

const Clock::time_point kLater = Clock::time_point(std::chrono::seconds(10));
const Asks::Key kKey{tagOf("n"), 7};

}  // namespace

TEST_CASE("the first peer that knows ends a question") {
  Asks asks;
  int a = 0;
  int b = 0;
  CHECK(asks.add(kKey, {&a, &b}, kLater) == Asks::Added::Yes);
  CHECK(asks.add(kKey, {&a}, kLater) == Asks::Added::Already);
  CHECK(asks.answered(kKey, &a, true));
  CHECK(!asks.answered(kKey, &b, true));
}

TEST_CASE("only the last peer that does not know ends it, and each counts once") {
  Asks asks;
  int a = 0;
  int b = 0;
  int stranger = 0;
  CHECK(asks.add(kKey, {&a, &b}, kLater) == Asks::Added::Yes);
  CHECK(!asks.answered(kKey, &a, false));
  CHECK(!asks.answered(kKey, &a, false));
  CHECK(!asks.answered(kKey, &stranger, true));
  CHECK(asks.answered(kKey, &b, false));
}

TEST_CASE("a link that goes and time that passes end questions") {
  Asks asks;
  int a = 0;
  int b = 0;
  CHECK(asks.add(kKey, {&a, &b}, kLater) == Asks::Added::Yes);
  CHECK(asks.gone(&a).empty());
  CHECK(asks.gone(&b) == std::vector{kKey});
  CHECK(asks.add(kKey, {&a}, kLater) == Asks::Added::Yes);
  CHECK(asks.expired(kLater - Duration(1)).empty());
  CHECK(asks.expired(kLater) == std::vector{kKey});
}

TEST_CASE("questions are bounded, and one to nobody is not kept") {
  Asks asks;
  int a = 0;
  CHECK(asks.add(kKey, {}, kLater) == Asks::Added::Full);
  for (std::size_t i = 0; i < Asks::kMost; ++i)
    CHECK(asks.add({kKey.first, i + 100}, {&a}, kLater) == Asks::Added::Yes);
  CHECK(asks.add(kKey, {&a}, kLater) == Asks::Added::Full);
}
