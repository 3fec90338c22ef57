#include <map>
#include <random>

#include "core/stream/world.h"
#include "stream/expiry_wheel.h"

using namespace sse;
using stream::ExpiryWheel;
using stream::Timed;
using test::World;

namespace {

struct Things {
  explicit Things(std::uint32_t now = 1000)
      : wheel([this](std::uint32_t slot) -> Timed& { return timed[slot]; }, now) {}
  std::vector<std::uint32_t> at(std::uint32_t now) {
    std::vector<std::uint32_t> fired;
    CHECK(wheel.advance(now, SIZE_MAX, [&](std::uint32_t slot) { fired.push_back(slot); }));
    return fired;
  }
  std::vector<Timed> timed = std::vector<Timed>(5000);
  ExpiryWheel wheel;
};

stream::StreamSettings warning(std::int64_t ms) {
  stream::StreamSettings settings;
  settings.expiry_warning_ms = ms;
  return settings;
}

std::string nameOf(const test::Block& block) { return block.event.value_or(""); }

}  // namespace

TEST_CASE("each thing of the wheel fires at its tick, and once") {
  Things things;
  std::mt19937 random(1);
  std::multimap<std::uint32_t, std::uint32_t> due;
  for (std::uint32_t slot = 0; slot < 5000; ++slot) {
    const std::uint32_t ahead = 1 + random() % (slot % 3 == 0 ? 300 : slot % 3 == 1 ? 70'000 : 200'000);
    if (slot % 7 == 0) continue;
    things.wheel.add(slot, 1000 + ahead);
    due.emplace(1000 + ahead, slot);
  }
  for (std::uint32_t slot = 1; slot < 5000; slot += 5) {
    things.wheel.remove(slot);
    std::erase_if(due, [&](const auto& item) { return item.second == slot; });
  }
  CHECK(things.wheel.size() == due.size());
  for (std::uint32_t now = 1000; !due.empty(); now += 1 + random() % 40) {
    auto fired = things.at(now);
    std::vector<std::uint32_t> expected;
    for (auto one = due.begin(); one != due.end() && one->first <= now; one = due.erase(one)) {
      expected.push_back(one->second);
    }
    std::ranges::sort(fired);
    std::ranges::sort(expected);
    REQUIRE(fired == expected);
  }
  CHECK(things.wheel.size() == 0);
}

TEST_CASE("what is due in years fires then, and what is late at the next tick") {
  Things things;
  things.wheel.add(1, 1000 + (1U << 24U) + 77);
  things.wheel.add(2, 3);
  CHECK(things.at(1000).empty());
  CHECK(things.at(1001) == std::vector<std::uint32_t>{2});
  CHECK(things.at(1000 + (1U << 24U) + 76).empty());
  CHECK(things.at(1000 + (1U << 24U) + 77) == std::vector<std::uint32_t>{1});
  CHECK(things.at(4'000'000'000U).empty());
  things.wheel.add(3, 0);
  CHECK(things.at(4'000'000'001U) == std::vector<std::uint32_t>{3});
}

TEST_CASE("a crowd fires in parts") {
  Things things;
  for (std::uint32_t slot = 0; slot < 100; ++slot) things.wheel.add(slot, 1001);
  std::size_t fired = 0;
  const auto count = [&](std::uint32_t) { ++fired; };
  CHECK_FALSE(things.wheel.advance(1001, 60, count));
  CHECK(fired == 60);
  CHECK(things.wheel.advance(1001, 60, count));
  CHECK(fired == 100);
}

TEST_CASE("a stream is told and then ends with its credentials, and another goes on") {
  World world({}, warning(700));
  World::Wish wish;
  wish.expires = std::chrono::milliseconds(1500);
  const auto begin = Clock::now();
  const auto reader = world.open(wish);
  const auto other = world.open("a");
  world.readUntil(*reader, [&] { return reader->closed; });
  CHECK(Clock::now() - begin >= std::chrono::milliseconds(1500));
  REQUIRE(reader->blocks.size() == 3);
  CHECK(nameOf(reader->blocks[1]) == "token-expiring");
  CHECK(reader->blocks[1].data == "{\"stream\":\"" + world.streamer.generatedClient(0, 1) + "\",\"expires_in\":0}");
  CHECK_FALSE(reader->blocks[1].id);
  CHECK(reader->blocks[2].retry);
  CHECK(reader->ended);
  CHECK(world.metrics.closed_expired.value() == 1);
  CHECK(world.metrics.expiring.value() == 1);
  CHECK(world.size() == 1);
  CHECK_FALSE(other->closed);
}

TEST_CASE("a renewed stream goes on") {
  World world({}, warning(0));
  World::Wish wish;
  wish.expires = std::chrono::milliseconds(300);
  const auto reader = world.open(wish);
  wish.expires = std::chrono::milliseconds(600);
  const auto later = world.open(wish);
  world.on([&] {
    auto& expiry = world.streamer.expiry();
    CHECK(expiry.facts(0, 1)->channels == std::vector<std::string>{"a"});
    CHECK_FALSE(expiry.facts(0, 2));
    CHECK_FALSE(expiry.renew(0, 2, std::nullopt, 0));
    CHECK(expiry.renew(0, 1, std::nullopt, 0));
  });
  world.readUntil(*later, [&] { return later->closed; });
  world.publish("a", "x");
  reader->read();
  CHECK(reader->data() == test::Texts{"x"});
  CHECK(world.metrics.expiring.value() == 0);
}

TEST_CASE("revoked credentials end their streams and no others") {
  World world;
  World::Wish wish;
  wish.credential = 7;
  const auto seven = world.open(wish);
  wish.credential = 8;
  const auto eight = world.open(wish);
  world.on([&] { world.streamer.expiry().revoke({6, 7}); });
  world.readUntil(*seven, [&] { return seven->closed; });
  CHECK(seven->ended);
  CHECK(world.metrics.expiring.value() == 0);
  world.publish("a", "x");
  eight->read();
  CHECK(eight->data() == test::Texts{"x"});
}
