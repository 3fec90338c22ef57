#include "channel/position.h"

#include <doctest/doctest.h>

#include "core/channel/book.h"

using namespace sse;
using namespace sse::channel;
using test::tagNamed;

namespace {

std::string textOf(const Identity& identity, const Identity& deliverer) {
  std::array<char, kMaxPositionText> room{};
  char* end = room.data() + room.size();
  return {writePositionBackwards(end, identity, deliverer), end};
}

}  // namespace

TEST_CASE("an id at its origin is number and tag") {
  const Identity identity{test::kHere, 42};
  CHECK(identityText(identity) == "42-here0000");
  CHECK(textOf(identity, identity) == "42-here0000");
  CHECK(parsePosition("42-here0000") == Position{identity, identity});
}

TEST_CASE("an id elsewhere names identity and deliverer") {
  const Position position{{test::kPeer, 7}, {test::kHere, 1200}};
  CHECK(textOf(position.identity, position.deliverer) == "7-peer0000~1200-here0000");
  CHECK(parsePosition("7-peer0000~1200-here0000") == position);
}

TEST_CASE("the longest id is written and read") {
  const Position position{{tagNamed("vvvvvvvv"), UINT64_MAX}, {test::kHere, UINT64_MAX}};
  const auto text = textOf(position.identity, position.deliverer);
  CHECK(text.size() == kMaxPositionText);
  CHECK(parsePosition(text) == position);
}

TEST_CASE("position nought is a position") { CHECK(parsePosition("0-here0000")->deliverer.number == 0); }

TEST_CASE("what has not exactly the shape of our ids is none of them") {
  for (const char* id : {"",
                         "-",
                         "42",
                         "42-",
                         "-here0000",
                         "42-here000",
                         "42-here00000",
                         "42-here000w",
                         "42-HERE0000",
                         "042-here0000",
                         "00-here0000",
                         "+4-here0000",
                         "-4-here0000",
                         " 4-here0000",
                         "4-here0000 ",
                         "4x-here0000",
                         "42-here0000~",
                         "~42-here0000",
                         "42-here0000~43",
                         "1-here0000~2-peer0000~3-far00000",
                         "18446744073709551616-here0000",
                         "100000000000000000000-here0000",
                         "1-here0000~18446744073709551616-peer0000",
                         "1-here0000~02-peer0000"}) {
    CAPTURE(id);
    CHECK_FALSE(parsePosition(id));
  }
}
