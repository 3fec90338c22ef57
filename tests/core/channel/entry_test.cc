#include "channel/entry.h"

#include <doctest/doctest.h>

#include "core/channel/book.h"

using namespace sse;
using namespace sse::channel;
using test::Book;
using test::draft;

namespace {

std::string chunkOf(std::string_view block) {
  std::array<char, 20> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", block.size());
  return std::string(size.data()) + std::string(block) + "\r\n";
}

}  // namespace

TEST_CASE("an own event carries its position as id, in a block and in a chunk") {
  Book book;
  const auto sent = book.submit(draft("news", "hello"));
  CHECK(sent.entry->block() == "id: 1-here0000\ndata: hello\n\n");
  CHECK(sent.entry->chunk() == chunkOf("id: 1-here0000\ndata: hello\n\n"));
  CHECK(sent.entry->body() == "data: hello\n");
  CHECK(sent.entry->channel() == "news");
}

TEST_CASE("a publisher's own id is delivered as it is") {
  Book book;
  auto what = draft("news", "hello");
  what.publisher_id = "order 7";
  what.event = "sold";
  what.retry_ms = 9;
  const auto sent = book.submit(what);
  CHECK(sent.identity == Identity{test::kHere, 1});
  CHECK(sent.entry->block() == "id: order 7\nevent: sold\ndata: hello\nretry: 9\n\n");
  CHECK(sent.entry->chunk() == chunkOf(sent.entry->block()));
}

TEST_CASE("the longest publisher's id fits") {
  Book book;
  const std::string id(128, 'i');
  auto what = draft("news", "x");
  what.publisher_id = id;
  CHECK(book.submit(what).entry->block() == "id: " + id + "\ndata: x\n\n");
}

TEST_CASE("an event of a peer carries its identity and this node's position") {
  Book book;
  book.publish("news");
  book.fromPeer(test::kPeer, 77, "news", "event: e\ndata: p\n");
  std::vector<EntryRef> entries;
  auto* log = book.join("news");
  Query query;
  query.logs = {&log, 1};
  query.after = 1;
  (void)book.journal.read(query, entries);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0]->block() == "id: 77-peer0000~2-here0000\nevent: e\ndata: p\n\n");
  CHECK(entries[0]->identity() == Identity{test::kPeer, 77});
}

TEST_CASE("a view says what a peer needs to make the same event") {
  Book book;
  auto what = draft("news", "a\nb");
  what.kind = EventKind::Client;
  what.client = "c1";
  what.publisher_id = "own";
  what.idempotency = "0123456789abcdef01234567";
  const auto sent = book.submit(what);
  const auto view = sent.entry->view();
  CHECK(view.kind == EventKind::Client);
  CHECK(view.id == sent.identity);
  CHECK(view.position == 1);
  CHECK(view.channel == "news");
  CHECK(view.client == "c1");
  CHECK(view.publisher_id == "own");
  CHECK(view.idempotency == what.idempotency);
  const auto again = Entry::make(view);
  CHECK(again->body() == sent.entry->body());
  CHECK(again->clientHash() == sent.entry->clientHash());
  CHECK(again->view().id == sent.identity);
}

TEST_CASE("where an event has been to stays at the node that numbered it") {
  Book book;
  auto what = draft("news", "hello");
  const std::string key(24, 'k');
  what.idempotency = key;
  what.been_to = R"(["o1"])";
  const auto sent = book.submit(what);
  CHECK(sent.entry->beenTo() == R"(["o1"])");
  CHECK(sent.entry->idempotency() == key);
  CHECK(sent.entry->view().been_to == R"(["o1"])");
  CHECK(Entry::make(sent.entry->view())->beenTo().empty());
}

TEST_CASE("an event of several mebibytes keeps every byte") {
  Book book;
  const std::string data(3 << 20, 'm');
  const auto sent = book.submit(draft("news", data));
  CHECK(sent.entry->block() == "id: 1-here0000\ndata: " + data + "\n\n");
  CHECK(sent.entry->chunk() == chunkOf(sent.entry->block()));
}

TEST_CASE("entries that control streams have no frame to deliver") {
  for (const auto kind : {EventKind::DeleteChannel, EventKind::CloseClient, EventKind::Hole}) {
    Draft what;
    what.kind = kind;
    CHECK_FALSE(Entry::make(what)->deliverable());
  }
  CHECK(Entry::make(draft("a", "b"))->deliverable());
}

TEST_CASE("an entry lives as long as somebody refers to it") {
  EntryRef kept;
  {
    Book book(test::limits(1));
    kept = book.submit(draft("news", "first")).entry;
    book.publish("news");
  }
  EntryRef other = kept;
  kept.reset();
  CHECK_FALSE(kept);
  CHECK(other->body() == "data: first\n");
}
