#include "channel/idempotency.h"

#include <doctest/doctest.h>

#include "core/channel/book.h"

using namespace sse;
using namespace sse::channel;
using test::Book;
using test::draft;

namespace {

Submission publish(Book& book, std::string_view key, std::string_view content) {
  const auto bytes = idempotencyKey("a", "me", key, content);
  auto what = draft("a", content);
  what.idempotency = bytes;
  return book.submit(what);
}

}  // namespace

TEST_CASE("a publish with a known key is answered as the first and appended once") {
  Book book;
  const auto first = publish(book, "k", "x");
  const auto second = publish(book, "k", "x");
  CHECK(first.outcome == Submission::Outcome::Appended);
  CHECK(second.outcome == Submission::Outcome::Repeated);
  CHECK(second.identity == first.identity);
  CHECK(book.journal.head() == 1);
  CHECK(publish(book, "other", "x").outcome == Submission::Outcome::Appended);
}

TEST_CASE("a known key with another content is a conflict") {
  Book book;
  publish(book, "k", "x");
  CHECK(publish(book, "k", "y").outcome == Submission::Outcome::Conflict);
  CHECK(book.journal.head() == 1);
}

TEST_CASE("a repeat within one append is a repeat") {
  Book book;
  const auto bytes = idempotencyKey("a", "me", "k", "x");
  auto what = draft("a", "x");
  what.idempotency = bytes;
  std::vector<Submission> two(2);
  for (auto& one : two) one.entry = Entry::make(what);
  book.journal.append(two, book.now);
  CHECK(two[1].outcome == Submission::Outcome::Repeated);
  CHECK(two[1].identity == two[0].identity);
}

TEST_CASE("a key is known for two minutes") {
  Book book;
  publish(book, "k", "x");
  book.now += IdempotencyIndex::kLifeUs - 1;
  CHECK(publish(book, "k", "x").outcome == Submission::Outcome::Repeated);
  book.now += 1;
  CHECK(publish(book, "k", "y").outcome == Submission::Outcome::Appended);
  CHECK(publish(book, "k", "y").outcome == Submission::Outcome::Repeated);
}

TEST_CASE("a refused publish leaves its key free") {
  Limits limits;
  limits.channels = 1;
  Book book(limits);
  auto* b = book.join("b");
  CHECK(publish(book, "k", "x").outcome == Submission::Outcome::Refused);
  book.journal.leave(b, 0, book.now);
  CHECK(publish(book, "k", "x").outcome == Submission::Outcome::Appended);
}

TEST_CASE("keys differ by channel, publisher, key and content, however their parts are cut") {
  const auto base = idempotencyKey("a", "b", "c", "d");
  CHECK(base.size() == IdempotencyIndex::kSize);
  CHECK(base == idempotencyKey("a", "b", "c", "d"));
  const auto scope = [](const std::string& key) { return key.substr(0, IdempotencyIndex::kScope); };
  CHECK(scope(base) == scope(idempotencyKey("a", "b", "c", "other")));
  CHECK(base != idempotencyKey("a", "b", "c", "other"));
  CHECK(scope(base) != scope(idempotencyKey("x", "b", "c", "d")));
  CHECK(scope(base) != scope(idempotencyKey("ab", "", "c", "d")));
  CHECK(scope(base) != scope(idempotencyKey("a", "bc", "", "d")));
}

TEST_CASE("the oldest keys make room") {
  IdempotencyIndex index;
  const auto key = [](std::size_t i) { return idempotencyKey("a", "me", std::to_string(i), ""); };
  for (std::size_t i = 0; i <= IdempotencyIndex::kMaxKeys; ++i) index.remember(key(i), {test::kHere, i}, 1);
  CHECK_FALSE(index.find(key(0), 1));
  CHECK(index.find(key(1), 1)->identity.number == 1);
  CHECK(index.find(key(IdempotencyIndex::kMaxKeys), 1));
}
