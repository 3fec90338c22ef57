#include <doctest/doctest.h>

#include "channel/client_id.h"
#include "core/channel/book.h"

using namespace sse;
using namespace sse::channel;
using test::Book;
using test::draft;
using test::Positions;

namespace {

Query queryOf(std::span<Log* const> logs, std::string_view client = "") {
  Query query;
  query.logs = logs;
  query.client = client;
  query.client_hash = hashOfClient(client);
  return query;
}

}  // namespace

TEST_CASE("a reader gets the entries of its channels and the broadcasts, in the journal's order") {
  Book book;
  auto* a = book.join("a");
  auto* b = book.join("b");
  for (const char* name : {"a", "b", "c"}) book.publish(name);
  book.broadcast();
  for (const char* name : {"b", "a"}) book.publish(name);
  CHECK(book.positions({a, b}, 0) == Positions{1, 2, 4, 5, 6});
  CHECK(book.positions({a}, 0) == Positions{1, 4, 6});
  CHECK(book.positions({b, a}, 2) == Positions{4, 5, 6});
  CHECK(book.positions({a, b}, 6).empty());
  CHECK(book.answer.upto == 6);
}

TEST_CASE("an answer reaches the head also where the last entries were others'") {
  Book book;
  auto* a = book.join("a");
  book.publish("a");
  book.publish("b");
  CHECK(book.positions({a}, 0) == Positions{1});
  CHECK(book.answer.upto == 2);
  CHECK_FALSE(book.answer.more);
}

TEST_CASE("a read stops at its limits and goes on where it stopped") {
  Book book;
  auto* a = book.join("a");
  auto* b = book.join("b");
  for (int i = 0; i < 10; ++i) book.publish(i % 3 == 0 ? "a" : "b");
  Log* logs[] = {a, b};
  auto query = queryOf(logs);
  SUBCASE("of events") { query.max_events = 3; }
  SUBCASE("of bytes, always one") { query.max_bytes = 1; }
  std::vector<EntryRef> entries;
  while (true) {
    const auto answer = book.journal.read(query, entries);
    query.after = answer.upto;
    if (!answer.more) break;
    CHECK(answer.upto == entries.back()->position());
  }
  REQUIRE(entries.size() == 10);
  for (std::uint64_t i = 0; i < 10; ++i) CHECK(entries[i]->position() == i + 1);
}

TEST_CASE("a targeted event is for its client alone") {
  Book book;
  auto* a = book.join("a");
  book.target("a", "alice");
  book.target("a", "bob");
  book.publish("a");
  CHECK(book.positions({a}, 0, "alice") == Positions{1, 3});
  CHECK(book.positions({a}, 0, "bob") == Positions{2, 3});
  CHECK(book.positions({a}, 0, "") == Positions{3});
}

TEST_CASE("something that fell away is lost to a reader below the floor only") {
  Book book(test::limits(1));
  auto* a = book.join("a");
  auto* b = book.join("b");
  book.publish("a");
  book.publish("b");
  book.publish("a");
  (void)book.positions({a, b}, 0);
  CHECK(book.answer.lost);
  (void)book.positions({a, b}, 1);
  CHECK_FALSE(book.answer.lost);
  (void)book.positions({b}, 0);
  CHECK_FALSE(book.answer.lost);
}

TEST_CASE("broadcasts that fell away are lost to every reader") {
  Book book(test::limits(1));
  auto* a = book.join("a");
  book.broadcast();
  book.broadcast();
  (void)book.positions({a}, 0);
  CHECK(book.answer.lost);
}

TEST_CASE("a floor that was told by a gap is not lost again, a higher one is") {
  Book book(test::limits(1));
  auto* a = book.join("a");
  for (int i = 0; i < 3; ++i) book.publish("a");
  for (int i = 0; i < 2; ++i) book.broadcast();
  Log* logs[] = {a};
  const std::uint64_t told[] = {2};
  auto query = queryOf(logs);
  query.told = told;
  std::vector<EntryRef> entries;
  CHECK(book.journal.read(query, entries).lost);
  query.told_broadcasts = 4;
  CHECK_FALSE(book.journal.read(query, entries).lost);
  book.publish("a");
  CHECK(book.journal.read(query, entries).lost);
}

TEST_CASE("the last N counts what this client would get, over all its channels") {
  Book book;
  Log* logs[] = {book.join("a"), book.join("b")};
  book.publish("a");
  book.target("a", "bob");
  book.publish("b");
  book.control(EventKind::CloseClient, "a", "bob");
  book.broadcast();
  book.publish("c");
  CHECK(book.journal.beforeLast(queryOf(logs), 0) == 6);
  CHECK(book.journal.beforeLast(queryOf(logs), 1) == 4);
  CHECK(book.journal.beforeLast(queryOf(logs), 2) == 2);
  CHECK(book.journal.beforeLast(queryOf(logs), 3) == 0);
  CHECK(book.journal.beforeLast(queryOf(logs, "bob"), 3) == 1);
  CHECK(book.journal.beforeLast(queryOf(logs), 100) == 0);
}

TEST_CASE("a publisher's id means everything after its oldest occurrence still kept") {
  Book book(test::limits(3));
  Log* logs[] = {book.join("a")};
  auto what = draft("a", "x");
  what.publisher_id = "id";
  book.publish("a");
  for (int i = 0; i < 2; ++i) book.submit(what);
  book.publish("a");
  CHECK(book.journal.beforePublisherId(queryOf(logs), "id") == 2);
  book.publish("a");
  CHECK(book.journal.beforePublisherId(queryOf(logs), "id") == 3);
  book.publish("a");
  CHECK_FALSE(book.journal.beforePublisherId(queryOf(logs), "id"));
  CHECK_FALSE(book.journal.beforePublisherId(queryOf(logs), "other"));
}

TEST_CASE("a publisher's id counts only where the asker can see it") {
  Book book;
  Log* a[] = {book.join("a")};
  Log* b[] = {book.join("b")};
  auto what = draft("b", "x");
  what.publisher_id = "in b";
  book.submit(what);
  what = draft("a", "x");
  what.kind = EventKind::Client;
  what.client = "bob";
  what.publisher_id = "for bob";
  book.submit(what);
  what = draft("", "x");
  what.kind = EventKind::Broadcast;
  what.publisher_id = "for all";
  book.submit(what);
  CHECK_FALSE(book.journal.beforePublisherId(queryOf(a), "in b"));
  CHECK(book.journal.beforePublisherId(queryOf(b), "in b") == 1);
  CHECK_FALSE(book.journal.beforePublisherId(queryOf(a), "for bob"));
  CHECK(book.journal.beforePublisherId(queryOf(a, "bob"), "for bob") == 2);
  CHECK(book.journal.beforePublisherId(queryOf(b), "for all") == 3);
}

TEST_CASE("a deleted channel has no history and is a gap for those who resume from before") {
  Book book;
  auto* a = book.join("a");
  book.publish("a");
  book.publish("b");
  const auto deleted = book.control(EventKind::DeleteChannel, "a");
  CHECK(book.positions({a}, 2) == Positions{deleted});
  CHECK(book.answer.lost);
  (void)book.positions({a}, deleted);
  CHECK_FALSE(book.answer.lost);
  CHECK(book.journal.extent(a).floor == deleted);
  CHECK_FALSE(book.journal.extent(a).oldest);
  CHECK_FALSE(book.journal.extent(a).newest);
  book.publish("a", "after");
  CHECK(book.journal.extent(a).oldest->position() == deleted + 1);
}

TEST_CASE("closing a client is seen by that client alone and keeps the history") {
  Book book;
  auto* a = book.join("a");
  book.publish("a");
  book.control(EventKind::CloseClient, "a", "bob");
  CHECK(book.positions({a}, 0, "bob") == Positions{1, 2});
  CHECK(book.positions({a}, 0, "alice") == Positions{1});
  CHECK(book.journal.extent(a).newest->position() == 1);
}
