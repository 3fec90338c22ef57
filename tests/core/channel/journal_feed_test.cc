#include <doctest/doctest.h>

#include "core/channel/book.h"

using namespace sse;
using namespace sse::channel;
using test::Book;
using test::draft;
using test::kFar;
using test::kPeer;
using test::Positions;

namespace {

Positions fed(const JournalRead& read) {
  Positions out;
  for (const auto& event : read.batch.events) out.push_back(event.position);
  return out;
}

JournalRead own(const Book& book, std::uint64_t after, std::size_t max = 1000) {
  return book.journal.read(after, Scope::Own, max, 1 << 30);
}

}  // namespace

TEST_CASE("an event of a peer is appended once, by the high-water mark of its origin") {
  Book book;
  CHECK(book.fromPeer(kPeer, 5, "a") == 0);
  CHECK(book.fromPeer(kPeer, 5, "a") == 1);
  CHECK(book.fromPeer(kPeer, 4, "a") == 1);
  CHECK(book.fromPeer(kFar, 4, "a") == 0);
  CHECK(book.fromPeer(kPeer, 9, "b") == 0);
  CHECK(book.journal.head() == 3);
}

TEST_CASE("repeats within one batch of a peer are dropped too") {
  Book book;
  std::vector<EventView> events(3);
  for (auto& event : events) {
    event.channel = "a";
    event.id = {kPeer, 1};
    event.body = "data: x\n";
  }
  events[2].id.number = 2;
  CHECK(book.journal.appendForeign(events, book.now) == 1);
  CHECK(book.journal.head() == 2);
}

TEST_CASE("this node's own events do not come back") {
  Book book;
  book.publish("a");
  CHECK(book.fromPeer(test::kHere, 1, "a") == 1);
  CHECK(book.fromPeer(test::kHere, 2, "a") == 1);
  CHECK(book.journal.head() == 1);
}

TEST_CASE("a checkpoint says how far the journal is and what it has of each origin, each once") {
  Book book;
  book.publish("a");
  book.fromPeer(kPeer, 70, "a");
  book.fromPeer(kFar, 3, "a");
  book.fromPeer(test::kHere, 1, "a");
  auto checkpoint = book.journal.checkpoint();
  CHECK(checkpoint.node == test::kHere);
  CHECK(checkpoint.position == 3);
  std::ranges::sort(checkpoint.highest);
  CHECK(checkpoint.highest == std::vector<Identity>{{kFar, 3}, {test::kHere, 3}, {kPeer, 70}});
}

TEST_CASE("a transport reads own entries, or all") {
  Book book;
  book.publish("a");
  book.fromPeer(kPeer, 1, "a");
  book.broadcast();
  CHECK(fed(own(book, 0)) == Positions{1, 3});
  CHECK(fed(book.journal.read(0, Scope::All, 10, 1000)) == Positions{1, 2, 3});
  const auto rest = own(book, 1);
  CHECK(fed(rest) == Positions{3});
  CHECK(rest.next == 3);
  CHECK_FALSE(rest.more);
}

TEST_CASE("what a transport reads outlives the journal's own reference") {
  Book book(test::limits(1));
  book.publish("a", "first");
  const auto read = own(book, 0);
  for (int i = 0; i < 3; ++i) book.publish("a");
  REQUIRE(read.batch.events.size() == 1);
  CHECK(read.batch.events[0].body == "data: first\n");
}

TEST_CASE("a transport's read stops at its limits and says that there is more") {
  Book book;
  for (int i = 0; i < 5; ++i) book.publish("a");
  const auto two = own(book, 0, 2);
  CHECK(fed(two) == Positions{1, 2});
  CHECK(two.next == 2);
  CHECK(two.more);
  const auto one = book.journal.read(2, Scope::Own, 10, 1);
  CHECK(fed(one) == Positions{3});
  CHECK(one.more);
}

TEST_CASE("a transport's read looks at a bounded number of others' entries and goes on behind them") {
  Book book;
  for (std::uint64_t i = 1; i <= 100; ++i) book.fromPeer(kPeer, i, "a");
  book.publish("a");
  Positions all;
  std::uint64_t after = 0;
  for (int round = 0; round < 100; ++round) {
    const auto read = own(book, after, 2);
    for (const auto position : fed(read)) all.push_back(position);
    CHECK((!read.more || read.next > after));
    after = read.next;
    if (!read.more) break;
  }
  CHECK(all == Positions{101});
  CHECK(after == 101);
}

TEST_CASE("a hole names the newest own entry that fell away, and only to those who have not read it") {
  Book book(test::limits(2));
  for (int i = 0; i < 3; ++i) book.publish("a");
  book.publish("b");
  const auto read = own(book, 0);
  CHECK(read.hole);
  CHECK(read.lost == 1);
  CHECK(fed(read) == Positions{2, 3, 4});
  CHECK_FALSE(own(book, 1).hole);
}

TEST_CASE("others' entries that fell away are no hole in the own feed") {
  Book book(test::limits(1));
  book.fromPeer(kPeer, 1, "a");
  book.fromPeer(kPeer, 2, "a");
  CHECK_FALSE(own(book, 0).hole);
  CHECK(book.journal.read(0, Scope::All, 10, 1000).hole);
}

TEST_CASE("what a transport has not read yet is kept like a backlog, though nobody keeps history") {
  Limits limits;
  limits.history_events = 0;
  limits.backlog_events = 3;
  Book book(limits);
  (void)own(book, 0);
  for (int i = 0; i < 3; ++i) book.publish("a");
  CHECK(fed(own(book, 0)) == Positions{1, 2, 3});
  book.publish("a");
  CHECK_FALSE(own(book, 3).hole);
  book.publish("a");
  CHECK(fed(own(book, 4)) == Positions{5});
  for (int i = 0; i < 5; ++i) book.publish("b");
  CHECK(own(book, 5).hole);
}

TEST_CASE("what a channel's deletion removes is no hole for transports: the entry that deletes tells of it") {
  Book book;
  (void)own(book, 0);
  for (int i = 0; i < 3; ++i) book.publish("a");
  book.publish("b");
  book.control(EventKind::DeleteChannel, "a");
  const auto read = own(book, 0);
  CHECK_FALSE(read.hole);
  CHECK(fed(read) == Positions{4, 5});
}

TEST_CASE("a channel that a transport has not read yet stays beyond limits.channels until it is read") {
  Limits limits;
  limits.channels = 2;
  limits.backlog_events = 3;
  Book book(limits);
  (void)own(book, 0);
  for (int i = 1; i <= 5; ++i) book.publish("c" + std::to_string(i));
  CHECK(fed(own(book, 0)) == Positions{1, 2, 3, 4, 5});
  CHECK(book.journal.totals().channels == 5);
  SUBCASE("then the next one has room by those that are read") {
    book.journal.fed(4);
    book.publish("c6");
    CHECK(book.journal.totals().channels == 2);
    CHECK(fed(own(book, 4)) == Positions{5, 6});
    CHECK_FALSE(own(book, 4).hole);
  }
  SUBCASE("or the sweep takes them") {
    book.journal.fed(5);
    (void)book.journal.sweep(book.now, 100);
    CHECK(book.journal.totals().channels == 2);
  }
  SUBCASE("and no more than the backlog is kept so") {
    book.journal.fed(0);
    book.publish("c6");
    CHECK(book.journal.totals().channels == 5);
    CHECK(own(book, 0).lost == 1);
  }
}

TEST_CASE("an event greater than every history reaches the transport") {
  Limits limits;
  limits.history_bytes = limits.backlog_bytes = 1000;
  Book book(limits);
  (void)own(book, 0);
  book.publish("a", std::string(5000, 'x'));
  CHECK(fed(own(book, 0)) == Positions{1});
}

TEST_CASE("a quiet hole is remembered and is no entry") {
  Book book;
  auto* a = book.join("a");
  book.journal.appendHole({kPeer, 40}, true, book.now);
  CHECK(book.journal.head() == 0);
  CHECK(book.woken.empty());
  CHECK(book.positions({a}, 0).empty());
  CHECK(book.journal.misses(a, {{kPeer, 39}}));
  CHECK(book.journal.misses(a, {}));
  CHECK_FALSE(book.journal.misses(a, {{kPeer, 40}}));
  CHECK(book.fromPeer(kPeer, 40, "a") == 1);
  CHECK(book.fromPeer(kPeer, 41, "a") == 0);
}

TEST_CASE("a loud hole is an entry for every reader, never relayed") {
  Book book;
  auto* a = book.join("a");
  book.journal.joinBroadcasts(0, true);
  book.journal.appendHole({kPeer, 40}, false, book.now);
  CHECK(book.woken == std::vector<unsigned>{0});
  CHECK(book.positions({a}, 0) == Positions{1});
  CHECK(book.journal.read(0, Scope::All, 10, 1000).batch.events.empty());
  CHECK(book.fromPeer(kPeer, 39, "a") == 1);
}

TEST_CASE("a transport gets every kind of own event with its target") {
  Book book;
  book.target("a", "bob", "t");
  book.broadcast("b");
  book.control(EventKind::DeleteChannel, "c");
  book.control(EventKind::CloseClient, "a", "bob");
  const auto read = own(book, 0);
  REQUIRE(read.batch.events.size() == 4);
  CHECK(read.batch.events[0].kind == EventKind::Client);
  CHECK(read.batch.events[0].client == "bob");
  CHECK(read.batch.events[1].kind == EventKind::Broadcast);
  CHECK(read.batch.events[2].channel == "c");
  CHECK(read.batch.events[3].client == "bob");
}

TEST_CASE("a key of a relayed publish is known here") {
  Book book;
  auto what = draft("a", "x");
  const auto key = idempotencyKey("a", "me", "k", "x");
  EventView event;
  event.id = {kPeer, 9};
  event.channel = "a";
  event.body = "data: x\n";
  event.idempotency = key;
  book.journal.appendForeign({&event, 1}, book.now);
  what.idempotency = key;
  const auto repeat = book.submit(what);
  CHECK(repeat.outcome == Submission::Outcome::Repeated);
  CHECK(repeat.identity == Identity{kPeer, 9});
}

TEST_CASE("checkpoints of others are asked from whoever keeps them") {
  channel::Journal journal(test::kHere, {},
                           {{},
                            {},
                            [](Tag node, std::uint64_t at) { return Checkpoint{node, at, {}}; },
                            [] { return std::vector<Checkpoint>(2); }});
  CHECK(journal.checkpointOf(kPeer, 8)->position == 8);
  CHECK(journal.checkpoints().size() == 2);
  Book book;
  CHECK_FALSE(book.journal.checkpointOf(kPeer, 8));
  CHECK(book.journal.checkpoints().empty());
}

TEST_CASE("the checkpoint of an earlier position has of each origin what was here then") {
  Book book;
  book.publish("a");
  book.fromPeer(kPeer, 5, "a");
  book.fromPeer(kFar, 2, "b");
  book.fromPeer(kPeer, 9, "b");
  book.publish("a");
  const auto at = [&](std::uint64_t position, const Tag& origin) {
    const auto checkpoint = book.journal.checkpointAt(position);
    REQUIRE(checkpoint);
    CHECK(checkpoint->node == test::kHere);
    CHECK(checkpoint->position == position);
    for (const auto& id : checkpoint->highest) {
      if (id.origin == origin) return id.number;
    }
    return std::uint64_t{0};
  };
  CHECK(at(5, kPeer) == 9);
  CHECK(at(4, kPeer) == 9);
  CHECK(at(3, kPeer) == 8);  // none of its events between 5 and 9 was to come
  CHECK(at(1, kPeer) == 4);
  CHECK(at(2, kFar) == 1);
  CHECK(at(3, test::kHere) == 3);
  CHECK_FALSE(book.journal.checkpointAt(6));
}

TEST_CASE("an earlier checkpoint is not told across a hole or what has fallen away") {
  Book book(test::limits(2));
  book.publish("a");
  book.journal.appendHole({kPeer, 9}, false, book.now);
  CHECK(book.journal.checkpointAt(2));
  CHECK_FALSE(book.journal.checkpointAt(1));
  for (int i = 0; i < 3; ++i) book.publish("a");
  CHECK_FALSE(book.journal.checkpointAt(1));
  CHECK(book.journal.checkpointAt(3));
}

TEST_CASE("what the slowest peer has not read is kept like a backlog once transports tell how far it is") {
  auto limits = test::limits(2);
  limits.backlog_events = 10;
  Book book(limits);
  const auto publish = [&](int count) {
    for (int i = 0; i < count; ++i) book.publish("a");
  };
  own(book, 0);
  publish(5);
  CHECK(fed(own(book, 0)).size() == 5);  // nobody has read them before
  publish(1);
  CHECK(fed(own(book, 0)) == Positions{5, 6});  // the fastest link has, which is what counts without a word
  book.journal.fed(4);
  publish(7);
  CHECK(fed(own(book, 0)).size() == 9);
  publish(7);
  CHECK(fed(own(book, 0)).size() == 10);
  book.journal.fed(book.journal.head());
  publish(1);
  CHECK(fed(own(book, 0)).size() == 2);
}
