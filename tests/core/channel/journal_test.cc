#include "channel/journal.h"

#include <doctest/doctest.h>

#include "core/channel/book.h"

using namespace sse;
using namespace sse::channel;
using test::Book;
using test::draft;
using test::Positions;

namespace {

struct Drained {
  std::vector<Fresh> fresh;
  std::vector<EntryRef> entries;
  std::uint64_t head = 0;

  [[nodiscard]] Positions of(const Log* log) const {
    Positions out;
    for (const auto& item : fresh) {
      if (item.log != log) continue;
      for (std::size_t i = item.begin; i < item.end; ++i) out.push_back(entries[i]->position());
    }
    return out;
  }
};

Drained drain(Book& book, unsigned loop = 0) {
  Drained out;
  out.head = book.journal.drain(loop, out.fresh, out.entries);
  return out;
}

}  // namespace

TEST_CASE("positions grow by one per entry, whatever the channel") {
  Book book;
  CHECK(book.journal.head() == 0);
  CHECK(book.publish("a") == 1);
  CHECK(book.publish("b") == 2);
  CHECK(book.broadcast() == 3);
  book.fromPeer(test::kPeer, 900, "a");
  CHECK(book.publish("a") == 5);
  CHECK(book.journal.head() == 5);
  CHECK(book.told == 5);
}

TEST_CASE("what came from peers does not raise the head of own events") {
  Book book;
  book.fromPeer(test::kPeer, 900, "a");
  CHECK(book.journal.ownHead() == 0);
  CHECK(book.publish("a") == 2);
  book.fromPeer(test::kPeer, 901, "a");
  CHECK(book.journal.ownHead() == 2);
}

TEST_CASE("events of one append are numbered in their order") {
  Book book;
  std::vector<Submission> many(3);
  for (auto& one : many) one.entry = Entry::make(draft("a", "x"));
  book.journal.append(many, book.now);
  for (std::uint64_t i = 0; i < 3; ++i) {
    CHECK(many[i].outcome == Submission::Outcome::Appended);
    CHECK(many[i].identity == Identity{test::kHere, i + 1});
  }
}

TEST_CASE("joining tells the head before which nothing will be drained") {
  Book book;
  book.publish("a");
  const auto joined = book.journal.join("a", 0, book.now);
  CHECK(joined.head == 1);
  CHECK(drain(book).fresh.empty());
  CHECK(drain(book).head == 1);
}

TEST_CASE("a loop is woken once for all that it has not drained yet") {
  Book book;
  auto* a = book.join("a", 3);
  auto* b = book.join("b", 3);
  book.publish("a");
  book.publish("b");
  book.publish("a");
  CHECK(book.woken == std::vector<unsigned>{3});
  CHECK(book.journal.pending(3));
  CHECK_FALSE(book.journal.pending(0));
  const auto got = drain(book, 3);
  CHECK(got.of(a) == Positions{1, 3});
  CHECK(got.of(b) == Positions{2});
  CHECK(got.head == 3);
  CHECK_FALSE(book.journal.pending(3));
  book.publish("a");
  CHECK(book.woken == std::vector<unsigned>{3, 3});
  CHECK(drain(book, 3).of(a) == Positions{4});
}

TEST_CASE("every loop with readers is told, the others are not") {
  Book book;
  auto* log = book.join("a", 0);
  CHECK(book.join("a", 63) == log);
  book.publish("a");
  CHECK(book.woken == std::vector<unsigned>{0, 63});
  CHECK(drain(book, 0).of(log) == Positions{1});
  CHECK(drain(book, 63).of(log) == Positions{1});
  CHECK(drain(book, 1).fresh.empty());
}

TEST_CASE("a loop that left is told no more, also not of what it has not drained") {
  Book book;
  auto* log = book.join("a", 0);
  book.join("a", 1);
  book.publish("a");
  book.journal.leave(log, 0, book.now);
  CHECK(drain(book, 0).fresh.empty());
  book.publish("a");
  CHECK_FALSE(book.journal.pending(0));
  CHECK(drain(book, 1).of(log) == Positions{1, 2});
}

TEST_CASE("more than one portion is drained in portions, without loss") {
  Book book;
  auto* log = book.join("a");
  const std::uint64_t count = 2 * channel::Journal::kDrainEvents + 10;
  for (std::uint64_t i = 0; i < count; ++i) book.publish("a");
  Positions all;
  for (int round = 0; round < 3; ++round) {
    CHECK(book.journal.pending(0));
    const auto got = drain(book);
    CHECK(got.entries.size() <= channel::Journal::kDrainEvents);
    CHECK((got.head == 0) == (round < 2));
    for (const auto position : got.of(log)) all.push_back(position);
    if (round == 0) book.publish("a");
  }
  CHECK(all.size() == count + 1);
  CHECK(std::ranges::is_sorted(all));
  CHECK(all.back() == count + 1);
  CHECK_FALSE(book.journal.pending(0));
}

TEST_CASE("what fell away before it was drained is told by the floor") {
  Book book(test::limits(2));
  auto* log = book.join("a");
  for (int i = 0; i < 5; ++i) book.publish("a");
  const auto got = drain(book);
  REQUIRE(got.fresh.size() == 1);
  CHECK(got.fresh[0].first == 1);
  CHECK(got.fresh[0].floor == 3);
  CHECK(got.of(log) == Positions{4, 5});
}

TEST_CASE("the lag floor is the backlog's age, however long the history") {
  auto limits = test::limits(100);
  limits.backlog_events = 4;
  Book book(limits);
  book.join("a");
  for (int i = 0; i < 4; ++i) book.publish("a");
  CHECK(drain(book).fresh[0].lag_floor == 0);
  for (int i = 0; i < 6; ++i) book.publish("a");
  const auto got = drain(book);
  CHECK(got.fresh[0].lag_floor == 6);
  CHECK(got.fresh[0].floor == 0);
}

TEST_CASE("broadcasts are drained by every loop that joined them") {
  Book book;
  book.journal.joinBroadcasts(1, true);
  book.broadcast();
  CHECK(book.woken == std::vector<unsigned>{1});
  CHECK(drain(book, 1).of(book.journal.broadcasts()) == Positions{1});
  book.journal.joinBroadcasts(1, false);
  book.broadcast();
  CHECK_FALSE(book.journal.pending(1));
}

TEST_CASE("events of peers wake readers too") {
  Book book;
  auto* log = book.join("a");
  book.fromPeer(test::kPeer, 5, "a");
  CHECK(book.woken == std::vector<unsigned>{0});
  CHECK(drain(book).of(log) == Positions{1});
}

TEST_CASE("channels are listed by name, page after page") {
  Book book;
  for (const char* name : {"c", "a", "b"}) book.publish(name);
  book.join("d")->subscribers = 3;
  const auto page = book.journal.list("", 2);
  REQUIRE(page.size() == 2);
  CHECK(page[0].name == "a");
  CHECK(page[1].name == "b");
  CHECK(page[0].extent.events == 1);
  CHECK(page[0].extent.newest->position() == 2);
  const auto rest = book.journal.list("b", 10);
  REQUIRE(rest.size() == 2);
  CHECK(rest[1].name == "d");
  CHECK(rest[1].subscribers == 3);
  CHECK(book.journal.find("a")->name == "a");
  CHECK_FALSE(book.journal.find("z"));
  CHECK(book.journal.totals().channels == 4);
  CHECK(book.journal.totals().events == 3);
}
