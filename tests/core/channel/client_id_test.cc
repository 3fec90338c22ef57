#include "channel/client_id.h"

#include <doctest/doctest.h>

#include "core/channel/book.h"

using namespace sse;
using namespace sse::channel;
using test::Book;
using test::Positions;

TEST_CASE("a generated client id is known by its shape") {
  const auto id = generatedClient(test::kPeer, 1, 20, 4294967295U);
  CHECK(id == "peer0000.1.20.4294967295");
  CHECK(isGeneratedClient(id));
  for (const auto* other :
       {"", "me", "peer0000", "peer0000.1.2", "peer0000.1.2.3.4", "peer0000.1.2.x", "peer0000.1.2.3 ", "peer0000.1..3",
        "PEER0000.1.2.3", "peer0000.1.2.4294967296", "peer0000.-1.2.3"}) {
    CAPTURE(other);
    CHECK_FALSE(isGeneratedClient(other));
  }
}

namespace {

const std::string kGenerated = generatedClient(test::kHere, 0, 0, 1);

Positions live(Book& book, Log* log, std::uint64_t after) {
  Query query;
  query.logs = {&log, 1};
  query.after = after;
  query.client = kGenerated;
  query.client_hash = hashOfClient(kGenerated);
  query.chosen = false;
  std::vector<EntryRef> entries;
  book.answer = book.journal.read(query, entries);
  Positions out;
  for (const auto& entry : entries) out.push_back(entry->position());
  return out;
}

}  // namespace

TEST_CASE("an event to a generated client id is delivered, and is no history") {
  Book book;
  auto* log = book.join("a");
  book.publish("a");
  book.target("a", kGenerated);
  book.publish("a");
  CHECK(live(book, log, 1) == Positions{2, 3});
  CHECK(book.positions({log}, 0, kGenerated) == Positions{1, 3});
  const auto extent = book.journal.extent(log);
  CHECK(extent.events == 2);
  CHECK(extent.oldest->position() == 1);
  CHECK(extent.newest->position() == 3);
}

TEST_CASE("an event to a generated client id goes after a minute, and is a gap for nobody") {
  Book book;
  auto* log = book.join("a");
  book.publish("a");
  for (int i = 0; i < 3; ++i) book.target("a", kGenerated);
  book.publish("a");
  book.target("a", "chosen");
  book.now += 59'000'000;
  book.target("a", kGenerated);
  (void)book.journal.sweep(book.now, 100);
  CHECK(book.journal.totals().events == 7);
  book.now += 1'000'000;
  (void)book.journal.sweep(book.now, 100);
  CHECK(book.journal.totals().events == 4);
  CHECK(live(book, log, 0) == Positions{1, 5, 7});
  CHECK_FALSE(book.answer.lost);
  CHECK(book.positions({log}, 0, "chosen") == Positions{1, 5, 6});
  CHECK_FALSE(book.journal.misses(log, {}));
  CHECK_FALSE(book.journal.read(0, Scope::Own, 100, 1 << 20).hole);
  book.now += 3600'000'000;
  while (book.journal.sweep(book.now, 2)) {
  }
  CHECK(book.journal.totals().events == 0);
  CHECK(book.journal.totals().bytes == 0);
}

TEST_CASE("sweeping events to generated client ids takes a bounded share") {
  Book book;
  book.join("a");
  for (int i = 0; i < 10; ++i) book.target("a", kGenerated);
  book.now += 60'000'000;
  CHECK(book.journal.sweep(book.now, 4));
  CHECK(book.journal.totals().events == 6);
}
