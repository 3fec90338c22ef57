#include "discovery/gossip/broadcasts.h"

#include <doctest/doctest.h>

using sse::gossip::Broadcasts;
using Messages = std::vector<std::string>;

TEST_CASE("a message is sent four times for each power of ten of members") {
  const Broadcasts broadcasts(4);
  CHECK(broadcasts.limit(1) == 4);
  CHECK(broadcasts.limit(9) == 4);
  CHECK(broadcasts.limit(10) == 8);
  CHECK(broadcasts.limit(99) == 8);
  CHECK(broadcasts.limit(100) == 12);
  CHECK(Broadcasts(4).limit(0) == 1);
}

TEST_CASE("a message is gone when it was sent as often as the limit says") {
  Broadcasts broadcasts(2);
  broadcasts.queue("a", "alive a");
  CHECK(broadcasts.pick(100, 2, 5) == Messages{"alive a"});
  CHECK(broadcasts.holds("a"));
  CHECK(broadcasts.pick(100, 2, 5) == Messages{"alive a"});
  CHECK(!broadcasts.holds("a"));
  CHECK(broadcasts.pick(100, 2, 5).empty());
  CHECK(broadcasts.empty());
}

TEST_CASE("a new message about a node takes the place of the old one and starts anew") {
  Broadcasts broadcasts(2);
  broadcasts.queue("a", "old");
  CHECK(broadcasts.pick(100, 2, 5) == Messages{"old"});
  broadcasts.queue("a", "new");
  CHECK(broadcasts.size() == 1);
  CHECK(broadcasts.pick(100, 2, 5) == Messages{"new"});
  CHECK(broadcasts.pick(100, 2, 5) == Messages{"new"});
  CHECK(broadcasts.empty());
}

TEST_CASE("those sent least often come first, of them the largest that fits, of equal ones the newest") {
  Broadcasts broadcasts(4);
  broadcasts.queue("sent", "0123456789");
  CHECK(broadcasts.pick(12, 2, 5) == Messages{"0123456789"});
  broadcasts.queue("small", "12");
  broadcasts.queue("older", "AAAA");
  broadcasts.queue("newer", "BBBB");
  broadcasts.queue("large", "012345678901234567890");
  CHECK(broadcasts.pick(100, 2, 5) == Messages{"012345678901234567890", "BBBB", "AAAA", "12", "0123456789"});
}

TEST_CASE("what does not fit is passed over and waits") {
  Broadcasts broadcasts(4);
  broadcasts.queue("large", "01234567890123456789");
  broadcasts.queue("middle", "0123456");
  broadcasts.queue("small", "012");
  CHECK(broadcasts.pick(14, 2, 5) == Messages{"0123456", "012"});
  CHECK(broadcasts.pick(22, 2, 5) == Messages{"01234567890123456789"});
  CHECK(broadcasts.pick(4, 2, 5).empty());
  CHECK(broadcasts.pick(2, 2, 5).empty());
  CHECK(broadcasts.pick(0, 2, 5).empty());
  CHECK(broadcasts.size() == 3);
}

TEST_CASE("a forgotten node's message is dropped") {
  Broadcasts broadcasts(4);
  broadcasts.queue("a", "x");
  broadcasts.drop("a");
  broadcasts.drop("never was");
  CHECK(broadcasts.empty());
}
