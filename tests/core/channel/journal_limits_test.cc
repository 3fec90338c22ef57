#include <doctest/doctest.h>

#include "core/channel/book.h"

using namespace sse;
using namespace sse::channel;
using test::Book;
using test::draft;
using test::Positions;

namespace {

std::size_t footprint(std::string_view data) { return Entry::make(draft("a", data))->footprint(); }
std::uint64_t floorOf(Book& book, std::string_view channel) { return book.journal.find(channel)->extent.floor; }

}  // namespace

TEST_CASE("a channel keeps as many events as its history allows and raises its floor") {
  Book book(test::limits(3));
  for (int i = 0; i < 3; ++i) book.publish("a");
  CHECK(floorOf(book, "a") == 0);
  book.publish("b");
  book.publish("a");
  CHECK(floorOf(book, "a") == 1);
  CHECK(floorOf(book, "b") == 0);
  CHECK(book.journal.find("a")->extent.oldest->position() == 2);
}

TEST_CASE("a channel keeps as many bytes as its history allows") {
  Limits limits;
  limits.history_bytes = 3 * footprint("x");
  Book book(limits);
  for (int i = 0; i < 5; ++i) book.publish("a");
  CHECK(book.journal.find("a")->extent.events == 3);
  CHECK(book.journal.find("a")->extent.bytes == 3 * footprint("x"));
}

TEST_CASE("an event greater than the whole history is kept only while there are readers") {
  Limits limits;
  limits.history_bytes = limits.backlog_bytes = 10;
  Book book(limits);
  book.publish("a");
  CHECK(book.journal.find("a")->extent.events == 0);
  CHECK(floorOf(book, "a") == 1);
  auto* log = book.join("a");
  book.publish("a");
  CHECK(book.positions({log}, 1) == Positions{2});
  book.journal.leave(log, 0, book.now);
  CHECK(book.journal.find("a")->extent.events == 0);
}

TEST_CASE("without history a channel with readers keeps the backlog, and lets go when the last one leaves") {
  Limits limits;
  limits.history_events = 0;
  limits.backlog_events = 4;
  Book book(limits);
  book.publish("a");
  CHECK(book.journal.find("a")->extent.events == 0);
  auto* log = book.join("a", 0);
  book.join("a", 1);
  for (int i = 0; i < 6; ++i) book.publish("a");
  CHECK(book.positions({log}, 3) == Positions{4, 5, 6, 7});
  book.journal.leave(log, 0, book.now);
  CHECK(book.journal.find("a")->extent.events == 4);
  book.journal.leave(log, 1, book.now);
  CHECK(book.journal.find("a")->extent.events == 0);
  CHECK(floorOf(book, "a") == 7);
}

TEST_CASE("events fall away when they are too old") {
  Limits limits;
  limits.history_age_ms = 1000;
  Book book(limits);
  book.publish("a");
  book.now += 600'000;
  book.publish("a");
  book.now += 400'000;
  CHECK_FALSE(book.journal.sweep(book.now, 100));
  CHECK(book.journal.find("a")->extent.oldest->position() == 2);
  CHECK(floorOf(book, "a") == 1);
}

TEST_CASE("sweeping takes a bounded share and says when there is more") {
  Limits limits;
  limits.history_age_ms = 1;
  Book book(limits);
  for (int i = 0; i < 10; ++i) book.publish("a");
  book.now += 2'000;
  CHECK(book.journal.sweep(book.now, 4));
  CHECK(book.journal.find("a")->extent.events == 6);
  CHECK(book.journal.sweep(book.now, 4));
  CHECK_FALSE(book.journal.sweep(book.now, 4));
  CHECK(book.journal.find("a")->extent.events == 0);
}

TEST_CASE("what live readers may still need outlives a short history by a minute") {
  Limits limits;
  limits.history_age_ms = 1;
  Book book(limits);
  book.join("a");
  book.publish("a");
  book.now += 59'000'000;
  (void)book.journal.sweep(book.now, 100);
  CHECK(book.journal.find("a")->extent.events == 1);
  book.now += 1'000'000;
  (void)book.journal.sweep(book.now, 100);
  CHECK(book.journal.find("a")->extent.events == 0);
}

TEST_CASE("the node's budget takes the oldest of all channels") {
  Limits limits;
  limits.budget = 3 * footprint("x");
  Book book(limits);
  book.publish("a");
  book.publish("b");
  book.publish("a");
  book.publish("c");
  CHECK(book.journal.totals().events == 3);
  CHECK(floorOf(book, "a") == 1);
  CHECK(floorOf(book, "b") == 0);
  book.publish("c");
  CHECK(floorOf(book, "b") == 2);
}

TEST_CASE("the newest event stays, whatever the budget") {
  Limits limits;
  limits.budget = 1;
  Book book(limits);
  for (int i = 0; i < 3; ++i) book.publish("a");
  CHECK(book.journal.find("a")->extent.newest->position() == 3);
  CHECK(book.journal.totals().events == 1);
}

TEST_CASE("new limits hold from the next event on") {
  Book book;
  for (int i = 0; i < 5; ++i) book.publish("a");
  book.journal.setLimits(test::limits(2));
  book.publish("a");
  CHECK(book.journal.find("a")->extent.events == 2);
}

TEST_CASE("an unused channel is forgotten and leaves its floor to all channels that are not there") {
  Limits limits;
  limits.history_age_ms = 1000;
  Book book(limits);
  book.publish("a");
  book.publish("b");
  auto* c = book.join("c");
  book.now += 60'000'000;
  (void)book.journal.sweep(book.now, 100);
  CHECK_FALSE(book.journal.find("a"));
  CHECK(book.journal.find("c"));
  CHECK(book.journal.totals().channels == 1);
  auto* again = book.join("a");
  CHECK(book.journal.extent(again).floor == 2);
  CHECK(book.journal.extent(c).floor == 0);
  (void)book.positions({again}, 1);
  CHECK(book.answer.lost);
  (void)book.positions({again}, 2);
  CHECK_FALSE(book.answer.lost);
}

TEST_CASE("a channel that got an event lately is not forgotten") {
  Limits limits;
  limits.history_age_ms = 1000;
  Book book(limits);
  book.publish("a");
  book.now += 50'000'000;
  book.publish("a");
  book.now += 50'000'000;
  (void)book.journal.sweep(book.now, 100);
  CHECK(book.journal.find("a"));
}

TEST_CASE("when limits.channels is reached the longest unused channel makes room") {
  Limits limits;
  limits.channels = 3;
  Book book(limits);
  book.publish("a");
  book.publish("b");
  book.publish("c");
  book.publish("a");
  book.publish("d");
  CHECK_FALSE(book.journal.find("b"));
  CHECK(book.journal.find("a"));
  CHECK(book.journal.totals().channels == 3);
  // "c" makes room for it, and leaves a floor that is higher than the one "b" left.
  CHECK(book.journal.extent(book.join("b")).floor == 3);
}

TEST_CASE("when every channel has readers, another is refused") {
  Limits limits;
  limits.channels = 2;
  Book book(limits);
  auto* a = book.join("a");
  book.join("b");
  CHECK(book.journal.join("c", 0, book.now).log == nullptr);
  const auto refused = book.submit(draft("c", "x"));
  CHECK(refused.outcome == Submission::Outcome::Refused);
  CHECK(book.journal.head() == 0);
  CHECK(book.publish("b") == 1);
  CHECK(book.broadcast() == 2);
  book.journal.leave(a, 0, book.now);
  CHECK(book.join("c") != nullptr);
  CHECK_FALSE(book.journal.find("a"));
}
