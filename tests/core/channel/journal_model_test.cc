#include <doctest/doctest.h>
#include <map>
#include <random>

#include "core/channel/book.h"

using namespace sse;
using namespace sse::channel;
using test::Book;
using test::Positions;

// A naive model beside the journal: everything that was ever appended, and per channel a floor found by asking what is
// still there. Whatever a random history of publishes, evictions and sweeps, both must tell the same.

namespace {

struct Kept {
  std::uint64_t position;
  std::string channel;  ///< empty: broadcast
  std::string client;
  bool own;
};

struct Model {
  Limits limits;
  std::vector<Kept> all;
  std::map<std::string, std::uint64_t> floors;
  std::uint64_t own_lost = 0;
  std::uint64_t any_lost = 0;

  /// Drops the oldest of a channel until `left` remain.
  void trim(const std::string& channel, std::size_t left) {
    auto count = static_cast<std::size_t>(std::ranges::count(all, channel, &Kept::channel));
    std::erase_if(all, [&](const Kept& kept) {
      if (kept.channel != channel || count <= left) return false;
      --count;
      floors[channel] = kept.position;
      any_lost = std::max(any_lost, kept.position);
      if (kept.own) own_lost = std::max(own_lost, kept.position);
      return true;
    });
  }
};

struct Pair {
  explicit Pair(unsigned seed) : random(seed) {
    limits.history_events = 40;
    limits.backlog_events = 40;
    model.limits = limits;
    book.journal.setLimits(limits);
    for (int i = 0; i < 6; ++i) logs.push_back(book.join("c" + std::to_string(i)));
  }

  void step() {
    const std::string channel = "c" + std::to_string(random() % 6);
    Kept kept{0, channel, "", true};
    switch (random() % 5) {
      case 0:
        kept.own = false;
        book.fromPeer(test::kPeer, ++foreign, channel);
        break;
      case 1:
        kept.channel = "";
        book.broadcast();
        break;
      case 2:
        kept.client = random() % 2 == 0 ? "alice" : "bob";
        book.target(channel, kept.client);
        break;
      default: book.publish(channel);
    }
    kept.position = book.journal.head();
    model.all.push_back(kept);
    model.trim(kept.channel, limits.history_events);
  }

  void checkReader() {
    std::vector<Log*> asked;
    std::vector<std::string> names = {""};
    for (std::size_t i = 0; i < logs.size(); ++i) {
      if (random() % 2 == 0) continue;
      asked.push_back(logs[i]);
      names.push_back("c" + std::to_string(i));
    }
    const std::uint64_t after = random() % (book.journal.head() + 1);
    const std::string client = random() % 2 == 0 ? "alice" : "";
    Positions expected;
    for (const auto& kept : model.all) {
      const bool sees = kept.client.empty() || kept.client == client;
      if (kept.position > after && sees && std::ranges::find(names, kept.channel) != names.end()) {
        expected.push_back(kept.position);
      }
    }
    CHECK(book.positions(asked, after, client) == expected);
    CHECK(book.answer.lost == std::ranges::any_of(names, [&](const auto& name) { return model.floors[name] > after; }));
    CHECK(book.answer.upto == book.journal.head());
  }

  void checkTransport(Scope scope) {
    std::uint64_t after = random() % (book.journal.head() + 1);
    Positions expected;
    for (const auto& kept : model.all) {
      if (kept.position > after && (scope == Scope::All || kept.own)) expected.push_back(kept.position);
    }
    const std::uint64_t lost = scope == Scope::Own ? model.own_lost : model.any_lost;
    Positions got;
    for (bool more = true; more;) {
      const auto read = book.journal.read(after, scope, 1 + random() % 300, 1 << 20);
      CHECK(read.hole == (lost > after));
      for (const auto& event : read.batch.events) got.push_back(event.position);
      after = read.next;
      more = read.more;
    }
    CHECK(got == expected);
  }

  std::mt19937 random;
  Limits limits;
  Model model;
  Book book;
  std::vector<Log*> logs;
  std::uint64_t foreign = 0;
};

}  // namespace

TEST_CASE("a random history reads as a naive model of it") {
  for (const unsigned seed : {1U, 2U, 3U}) {
    CAPTURE(seed);
    Pair pair(seed);
    for (int i = 0; i < 3000; ++i) {
      pair.step();
      if (i % 50 != 0) continue;
      pair.checkReader();
      pair.checkTransport(i % 100 == 0 ? Scope::Own : Scope::All);
    }
  }
}

TEST_CASE("positions are found by marks also where a noisy channel took most of them away") {
  auto limits = test::limits(1'000'000);
  Book book(limits);
  Positions quiet;
  for (int i = 0; i < 3000; ++i) {
    if (i % 97 == 0) quiet.push_back(book.publish("quiet"));
    book.publish("noisy");
  }
  limits.history_events = 40;
  book.journal.setLimits(limits);
  book.publish("noisy");
  for (std::uint64_t after = 0; after <= book.journal.head(); after += 13) {
    const auto read = book.journal.read(after, Scope::Own, 1, 1 << 20);
    const auto next = std::ranges::upper_bound(quiet, after);
    const std::uint64_t noisy = std::max(after + 1, book.journal.head() - 39);
    REQUIRE(read.batch.events.size() == (after == book.journal.head() ? 0U : 1U));
    if (read.batch.events.empty()) continue;
    CHECK(read.batch.events[0].position == (next == quiet.end() ? noisy : std::min(*next, noisy)));
  }
}
