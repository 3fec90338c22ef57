#include "channel/fill.h"

#include <doctest/doctest.h>

#include "core/channel/book.h"

using namespace sse;
using namespace sse::channel;
using test::Book;
using test::kFar;
using test::kPeer;
using test::Positions;

namespace {

struct World {
  void event(const Tag& origin, std::uint64_t number, EventKind kind = EventKind::Channel) {
    EventView event;
    event.kind = kind;
    event.id = {origin, number};
    event.channel = "a";
    if (kind == EventKind::Channel) event.body = "data: p\n";
    fill.append({&event, 1}, book.now);
  }
  /// What somebody gets after `after` who sees what fills brought up to `past_until`; -1 is a hole.
  std::vector<int> read(std::uint64_t after, std::uint64_t past_until) {
    Log* logs[] = {log};
    Query query;
    query.logs = logs;
    query.after = after;
    query.past_until = past_until;
    std::vector<EntryRef> entries;
    lost = book.journal.read(query, entries).lost;
    std::vector<int> got;
    for (const auto& entry : entries) {
      got.push_back(entry->kind() == EventKind::Hole ? -1 : static_cast<int>(entry->identity().number));
    }
    return got;
  }

  Book book;
  Fill fill{book.journal};
  Log* log = nullptr;
  bool lost = false;
};

using Numbers = std::vector<int>;

}  // namespace

TEST_CASE("a fill that broke leaves nothing, so that the next one can give all") {
  World world;
  world.fill.begin(kPeer, false);
  CHECK(world.fill.running());
  world.event(kPeer, 10);
  world.fill.drop();
  CHECK_FALSE(world.fill.running());
  CHECK(world.book.journal.checkpoint().highest.size() == 1);
  world.fill.begin(kFar, false);
  for (std::uint64_t i = 8; i <= 10; ++i) world.event(kPeer, i);
  world.fill.end(world.book.now);
  world.log = world.book.join("a");
  CHECK(world.read(0, world.book.journal.head()) == Numbers{8, 9, 10});
  CHECK(world.book.woken.empty());
}

TEST_CASE("a fill is opening where it is the first, or its donor was never heard out") {
  World world;
  world.book.journal.note(kPeer);
  world.fill.begin(kPeer, false);
  CHECK(world.fill.opening());
  world.fill.drop();
  CHECK_FALSE(world.fill.opening());
  world.fill.begin(kPeer, false);
  CHECK(world.fill.opening());
  world.fill.end(world.book.now);
  CHECK_FALSE(world.fill.opening());
  world.fill.begin(kPeer, false);
  CHECK(world.fill.running());
  CHECK_FALSE(world.fill.opening());
  world.fill.drop();
  world.fill.begin(kFar, false);
  CHECK(world.fill.opening());
}

TEST_CASE("what a fill brought is seen by those who began behind it alone") {
  World world;
  world.fill.begin(kPeer, false);
  for (std::uint64_t i = 1; i <= 3; ++i) world.event(kPeer, i);
  world.log = world.book.join("a");
  const auto before = world.book.publish("a");
  world.fill.end(world.book.now);
  const auto head = world.book.journal.head();
  world.book.publish("a");
  CHECK(world.read(0, 0) == Numbers{1, -1, static_cast<int>(head) + 1});
  CHECK(world.read(before, before) == Numbers{-1, static_cast<int>(head) + 1});
  CHECK(world.read(0, head) == Numbers{1, 1, 2, 3, static_cast<int>(head) + 1});
  CHECK(world.read(before + 1, world.book.journal.pastUntil(before + 1)) == Numbers{2, 3, static_cast<int>(head) + 1});
  CHECK(world.book.journal.pastUntil(head - 1) == head - 1);
  CHECK(world.book.journal.pastUntil(head) == head);
  std::vector<Fresh> fresh;
  std::vector<EntryRef> entries;
  world.book.journal.drain(0, fresh, entries);
  CHECK(entries.size() == 2);
}

TEST_CASE("what was published while a fill ran and came with it is news") {
  World world;
  world.fill.begin(kPeer, false);
  world.log = world.book.join("a");
  for (std::uint64_t i = 1; i <= 3; ++i) world.event(kPeer, i);
  world.event(kFar, 1);
  world.fill.floors({{{kPeer, 2}}, {}, {}}, world.book.now);
  world.fill.end(world.book.now);
  CHECK(world.read(0, 0) == Numbers{3, 1, -1});
  CHECK(world.book.woken == std::vector<unsigned>{0});
}

TEST_CASE("whoever read before a fill began is told that some of it may be missing") {
  World world;
  world.log = world.book.join("a");
  world.book.journal.joinBroadcasts(0, true);
  world.fill.begin(kPeer, false);
  world.event(kPeer, 1);
  world.fill.end(world.book.now);
  CHECK(world.book.woken == std::vector<unsigned>{0});
  CHECK(world.read(0, 0) == Numbers{-1});
  CHECK(world.read(0, world.book.journal.head()) == Numbers{1});
}

TEST_CASE("of an origin that is followed a fill brings news only, and of a young donor nothing else") {
  World world;
  world.log = world.book.join("a");
  world.book.fromPeer(kPeer, 5, "a");
  world.fill.begin(kFar, true);
  for (const std::uint64_t i : {4, 5, 6}) world.event(kPeer, i);
  world.event(kFar, 1);
  world.book.fromPeer(kPeer, 7, "a");
  world.event(kPeer, 7);
  world.event(kPeer, 8);
  world.fill.floors({{{kPeer, 8}, {kFar, 1}}, {}, {{"a", {{kPeer, 3}}}}}, world.book.now);
  world.fill.end(world.book.now);
  CHECK(world.read(0, 0) == Numbers{5, 7, 1, 8});
  CHECK_FALSE(world.book.journal.misses(world.log, {{kPeer, 2}, {kFar, 1}}));
}

TEST_CASE("what a fill could not bring of an origin that is followed is told") {
  World world;
  world.log = world.book.join("a");
  world.book.fromPeer(kPeer, 5, "a");
  world.fill.begin(kFar, false);
  world.event(kPeer, 9);
  world.fill.floors({{{kPeer, 9}}, {}, {{"a", {{kPeer, 8}}}}}, world.book.now);
  world.fill.end(world.book.now);
  CHECK(world.read(0, 0) == Numbers{5, 9, -1});
  CHECK(world.book.journal.misses(world.log, {{kPeer, 7}}));
}

TEST_CASE("what a young donor had let go of its own events is told to those who read before") {
  World world;
  world.log = world.book.join("a");
  world.fill.begin(kPeer, true);
  world.event(kPeer, 6);
  world.fill.floors({{{kPeer, 6}}, {}, {{"a", {{kPeer, 5}}}}}, world.book.now);
  world.fill.end(world.book.now);
  CHECK(world.read(0, 0) == Numbers{6, -1});
}

TEST_CASE("of a fill that brought and lost nothing nobody is told, whatever origins it names") {
  World world;
  world.log = world.book.join("a");
  world.fill.begin(kPeer, false);
  world.fill.floors({{{kPeer, 6}, {kFar, 3}}, {}, {}}, world.book.now);
  world.fill.end(world.book.now);
  CHECK(world.read(0, 0).empty());
  CHECK(world.book.journal.strangers({{kFar, 1}}).empty());
}

TEST_CASE("what a fill deleted is deleted in the past, not here") {
  World world;
  world.log = world.book.join("a");
  world.book.publish("a");
  world.fill.begin(kPeer, false);
  world.event(kPeer, 1);
  world.event(kPeer, 2, EventKind::DeleteChannel);
  world.event(kPeer, 3);
  world.fill.end(world.book.now);
  CHECK(world.read(0, world.book.journal.head()) == Numbers{1, 3});
  CHECK(world.book.journal.misses(world.log, {{kPeer, 1}}));
}

TEST_CASE("that past events fall away is no loss for those who did not see them") {
  Book book(test::limits(3));
  Fill fill(book.journal);
  fill.begin(kPeer, false);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    EventView event;
    event.id = {kPeer, i};
    event.channel = "a";
    fill.append({&event, 1}, book.now);
  }
  fill.end(book.now);
  auto* log = book.join("a");
  for (int i = 0; i < 3; ++i) book.publish("a");
  CHECK(book.positions({log}, 0) == Positions{5, 6, 7});
  CHECK_FALSE(book.answer.lost);
  CHECK(book.journal.extent(log).floor == 3);
  CHECK(book.journal.extent(log).live_floor == 0);
}

TEST_CASE("a fill of which something may not have come counts as lost for those who resume") {
  World world;
  world.fill.begin(kPeer, false);
  world.event(kPeer, 9);
  world.fill.spoil();
  world.fill.end(world.book.now);
  CHECK(world.book.journal.misses(world.book.join("a"), {{kPeer, 8}}));
}
