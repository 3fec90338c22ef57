#include "channel/origins.h"

#include <doctest/doctest.h>

#include "channel/floor_set.h"
#include "core/channel/book.h"

using namespace sse;
using namespace sse::channel;
using test::Book;
using test::tagNamed;

namespace {

Tag origin(std::size_t i) { return tagNamed("o" + std::to_string(i) + "x"); }

}  // namespace

TEST_CASE("the highest number of each origin counts") {
  Origins origins;
  CHECK(origins.raise({test::kPeer, 5}));
  CHECK_FALSE(origins.raise({test::kPeer, 5}));
  CHECK_FALSE(origins.raise({test::kPeer, 4}));
  CHECK(origins.raise({test::kFar, 4}));
  CHECK(origins.raise({test::kPeer, 6}));
  CHECK_FALSE(origins.raise({tagNamed("nobody"), 0}));
  std::vector<Identity> all;
  origins.appendTo(all);
  std::ranges::sort(all);
  CHECK(all == std::vector<Identity>{{test::kFar, 4}, {test::kPeer, 6}});
}

TEST_CASE("an origin of which nothing has come is known once it is noted, and what comes then is new") {
  Origins origins;
  CHECK_FALSE(origins.knows(test::kPeer));
  origins.note(test::kPeer);
  CHECK(origins.knows(test::kPeer));
  std::vector<Identity> quiet;
  std::vector<Identity> heard;
  origins.appendQuiet(quiet);
  origins.appendTo(heard);
  CHECK(quiet == std::vector<Identity>{{test::kPeer, 0}});
  CHECK(heard.empty());
  CHECK(origins.raise({test::kPeer, 1}));
  origins.note(test::kPeer);
  origins.appendQuiet(heard);
  CHECK(heard.empty());
  CHECK(origins.numberOf(test::kPeer) == 1);
}

TEST_CASE("the origin not heard of for longest makes room") {
  Origins origins;
  CHECK(origins.raise({test::kPeer, 7}));
  for (std::size_t i = 0; i < 3 * Origins::kMost; ++i) {
    CHECK(origins.raise({origin(i), 1}));
    if (i % 100 == 0) CHECK_FALSE(origins.raise({test::kPeer, 7}));
  }
  CHECK(origins.size() == Origins::kMost);
  CHECK(origins.knows(test::kPeer));
  CHECK_FALSE(origins.knows(origin(0)));
  CHECK(origins.knows(origin(3 * Origins::kMost - 1)));
}

TEST_CASE("floors of as many origins are kept, the newest raised") {
  FloorSet floors;
  floors.raise({test::kPeer, 1});
  for (std::size_t i = 0; i < 2 * Origins::kMost; ++i) {
    floors.raise({origin(i), 1});
    if (i % 100 == 0) floors.raise({test::kPeer, i});
  }
  CHECK(floors.list().size() == Origins::kMost);
  CHECK(std::ranges::find(floors.list(), test::kPeer, &Identity::origin) != floors.list().end());
  CHECK(floors.list().back().origin == origin(2 * Origins::kMost - 1));
}

TEST_CASE("a checkpoint stays bounded, however many restarts the cluster has seen") {
  Book book;
  for (std::size_t i = 0; i < 2 * Origins::kMost; ++i) CHECK(book.fromPeer(origin(i), 1, "a") == 0);
  CHECK(book.journal.checkpoint().highest.size() == Origins::kMost + 1);
}

TEST_CASE("strangers are those of whom nothing was ever known, until there are too many to tell") {
  Book book;
  book.fromPeer(origin(0), 3, "a");
  book.journal.note(origin(1));
  const std::vector<Identity> had{{test::kHere, 4}, {origin(0), 2}, {origin(1), 9}, {origin(2), 1}, {origin(3), 0}};
  CHECK(book.journal.strangers(had) == std::vector<Tag>{origin(2)});
  for (std::size_t i = 0; i < Origins::kMost; ++i) book.fromPeer(origin(10 + i), 1, "a");
  CHECK(book.journal.strangers(had).empty());
}

TEST_CASE("an origin that was known and quiet is so for whoever is filled") {
  Book donor;
  donor.journal.note(test::kPeer);
  Book fresh;
  fresh.journal.takeFloors(donor.journal.floors(), fresh.now);
  CHECK(fresh.journal.strangers({{test::kPeer, 5}}).empty());
  CHECK(fresh.fromPeer(test::kPeer, 1, "a") == 0);
}

TEST_CASE("what an origin lost that nobody can name any more is missed by nobody") {
  Book book(test::limits(1));
  book.fromPeer(origin(0), 1, "a");
  book.fromPeer(origin(1), 1, "a");
  auto* a = book.join("a");
  CHECK(book.journal.misses(a, {}));
  CHECK(book.journal.misses(a, {{origin(1), 1}}));
  CHECK_FALSE(book.journal.misses(a, {{origin(0), 1}}));
  for (std::size_t i = 0; i < Origins::kMost; ++i) book.fromPeer(origin(2 + i), 1, std::to_string(i));
  CHECK_FALSE(book.journal.misses(a, {}));
}
