#include "api/been_to.h"

#include <doctest/doctest.h>

#include "api/address_set.h"
#include "channel/entry.h"

using namespace sse;
using namespace sse::api;

TEST_CASE("been_to tells whether a node sent the event and whether it was here") {
  const auto other = readBeenTo(R"(["o1", "o2"])", "a");
  CHECK(other->from_node);
  CHECK_FALSE(other->here);
  CHECK_FALSE(other->ours);
  CHECK(readBeenTo(R"(["o1","\u0061"])", "a")->here);
  for (const auto* none : {"", "null", "[]"}) CHECK_FALSE(readBeenTo(none, "a")->from_node);
}

TEST_CASE("the mark of our nodes gives the event's identity") {
  const auto been_to = readBeenTo(R"(["o1","id:41-0a1b2c3d"])", "a");
  REQUIRE(been_to->ours);
  CHECK(been_to->ours->number == 41);
  CHECK(text(been_to->ours->origin) == "0a1b2c3d");
  for (const auto* name : {"41-0a1b2c3d", "id:41-0a1b2c3", "id:", "id:x", "id:41-0a1b2c3d~1-0a1b2c3e"}) {
    CAPTURE(name);
    CHECK_FALSE(readBeenTo("[\"" + std::string(name) + "\"]", "a")->ours);
  }
}

TEST_CASE("a been_to that is no array of names, or too long, is refused") {
  for (const auto* bad : {"{}", "\"o1\"", "[1]", "[[\"o1\"]]", "[null]", "true"}) {
    CAPTURE(bad);
    CHECK(readBeenTo(bad, "a").error().code == Code::InvalidArgument);
  }
  const auto sized = [](std::size_t size) { return "[\"" + std::string(size - 4, 'n') + "\"]"; };
  CHECK(readBeenTo(sized(channel::kMaxBeenTo), "a").ok());
  CHECK_FALSE(readBeenTo(sized(channel::kMaxBeenTo + 1), "a").ok());
}

TEST_CASE("a set of addresses holds what was put last") {
  AddressSet set;
  CHECK(set.empty());
  CHECK_FALSE(set.contains("10.0.0.1"));
  set.replace({"10.0.0.2", "10.0.0.1"});
  CHECK(set.contains("10.0.0.1"));
  CHECK_FALSE(set.contains("10.0.0.3"));
  set.replace({});
  CHECK(set.empty());
  CHECK_FALSE(set.contains("10.0.0.1"));
}
