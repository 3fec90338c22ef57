#include "stream/readers.h"

#include "core/stream/world.h"

using namespace sse;
using test::Texts;
using test::World;

namespace {

using Owners = std::vector<std::unique_ptr<test::Reader>>;

Owners openMany(World& world, int count) {
  Owners owners;
  for (int i = 0; i < count; ++i) owners.push_back(world.open("a"));
  return owners;
}

/// The sessions that a walk over `readers` meets.
std::vector<stream::Session*> met(const stream::Readers& readers) {
  std::vector<stream::Session*> out;
  for (std::size_t i = 0; i < readers.places(); ++i) {
    if (readers.at(i) != nullptr) out.push_back(readers.at(i));
  }
  return out;
}

}  // namespace

TEST_CASE("a session that leaves is replaced by the last one, which learns its new place") {
  World world;
  const auto owners = openMany(world, 5);
  for (const std::size_t gone : {1U, 4U, 0U}) {
    world.on([&] { world.streamer.close(*owners[gone]->session, stream::CloseReason::Node); });
  }
  world.publish("a", "x");
  for (const std::size_t left : {2U, 3U}) {
    owners[left]->read();
    CHECK(owners[left]->data() == Texts{"x"});
  }
  CHECK(world.size() == 2);
}

TEST_CASE("places stand still during a walk, and its end closes the holes") {
  World world;
  const auto owners = openMany(world, 6);
  world.on([&] {
    // Sessions of their own streamer elsewhere: only their addresses count here, and nobody else moves.
    stream::Readers readers(nullptr);
    for (const auto& owner : owners) readers.add(owner->session);
    readers.beginWalk();
    CHECK(readers.walking());
    for (const std::uint32_t gone : {0U, 2U, 5U}) readers.remove(gone);
    CHECK(readers.places() == 6);
    CHECK(readers.live() == 3);
    CHECK(readers.at(2) == nullptr);
    CHECK(met(readers) == std::vector{owners[1]->session, owners[3]->session, owners[4]->session});
    for (const std::uint32_t gone : {1U, 3U, 4U}) readers.remove(gone);
    readers.endWalk();
    CHECK(readers.places() == 0);
    CHECK_FALSE(readers.walking());
  });
}

TEST_CASE("who joins during a walk is met by it, who left is not") {
  World world;
  Owners owners;
  for (int i = 0; i < 700; ++i) owners.push_back(world.open("a"));
  // More sessions than one turn writes to: the walk is under way when others come and go.
  test::Reader late;
  World::Wish wish;
  world.on([&] { world.book.publish("a", "first"); });
  world.on([&] {
    for (std::size_t i = 0; i < owners.size(); i += 3) {
      world.streamer.close(*owners[i]->session, stream::CloseReason::Node);
    }
    world.openNow(late, wish);
    world.book.publish("a", "second");
  });
  world.settle();
  late.read();
  CHECK(late.data() == Texts{"second"});
  for (std::size_t i = 0; i < owners.size(); ++i) {
    owners[i]->read();
    if (i % 3 != 0) CHECK(owners[i]->data() == Texts{"first", "second"});
    if (i % 3 == 0) CHECK(owners[i]->closed);
  }
}
