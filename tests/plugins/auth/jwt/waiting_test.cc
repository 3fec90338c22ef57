#include <cstdio>
#include <fstream>
#include <unistd.h>

#include "plugins/auth/jwt/world.h"

using namespace sse;
using namespace sse::test;
using namespace std::chrono_literals;
using jwt::Algorithm;

namespace {

/// Tokens by keys with the ids "1" and "2".
struct Two {
  Signer one{Algorithm::EdDSA};
  Signer two{Algorithm::EdDSA};
  Json first = jwkOf(one, "1");
  Json second = jwkOf(two, "2");
  std::string by_one = one.token({{"sse", rights()}}, {{"kid", "1"}});
  std::string by_two = two.token({{"sse", rights()}}, {{"kid", "2"}});
};

/// Fetches that end when the test says so.
struct Held {
  std::vector<std::pair<std::function<void()>, std::function<void()>>> calls;

  explicit Held(World& world) {
    world.host.offloadWith([this](auto work, auto done) { calls.emplace_back(std::move(work), std::move(done)); });
  }
  void end() {
    const auto [work, done] = std::move(calls.front());
    calls.erase(calls.begin());
    work();
    done();
  }
};

}  // namespace

TEST_CASE("while there were never keys, a token is refused for now, and let in once they are there") {
  World world;
  const Two keys;
  world.start(kUrl);
  CHECK(world.verdict(keys.by_one) == Verdict::Unavailable);
  CHECK(world.count("sse_jwt_undecided_total") == 1);
  CHECK(world.host.metrics().counter("sse_jwt_refused_total", "", {{"reason", "key"}}).value() == 0);
  world.serve({keys.first});
  world.loop.advance(6s);
  const auto asked = world.ask(keys.by_one);
  world.loop.run();
  CHECK_FALSE(asked->decision);
  world.loop.advance(4s);
  REQUIRE(asked->decision);
  CHECK(asked->decision->verdict == Verdict::Allow);
}

TEST_CASE("a key that may have come since the last fetch is fetched, as soon and as often as allowed") {
  World world;
  const Two keys;
  world.serve({keys.first});
  world.start(kUrl);
  CHECK(world.verdict(keys.by_two) == Verdict::Unavailable);
  CHECK(world.server->fetches == 1);
  world.serve({keys.first, keys.second});
  world.loop.advance(5s);
  const auto one = world.ask(keys.by_two);
  const auto two = world.ask(keys.by_two);
  world.loop.advance(4s);
  CHECK(world.server->fetches == 1);
  CHECK_FALSE(one->decision);
  world.loop.advance(1s);
  CHECK(world.server->fetches == 2);
  CHECK(one->answers == 1);
  CHECK(two->answers == 1);
  CHECK(one->decision->verdict == Verdict::Allow);
  CHECK(world.verdict(keys.by_one) == Verdict::Allow);
  CHECK(world.server->fetches == 2);
}

TEST_CASE("only a good fetch that began after the request shows that a token is bad") {
  World world;
  const Two keys;
  world.serve({keys.first});
  world.start({{"jwt.jwks", "https://issuer.test/keys"}, {"jwt.jwks_min_interval", 1000}});
  Held held(world);
  world.loop.advance(2s);
  const auto begins = world.ask(keys.by_two);
  world.loop.run();
  REQUIRE(held.calls.size() == 1);
  const auto later = world.ask(keys.by_two);
  world.loop.run();
  REQUIRE(held.calls.size() == 1);
  held.end();
  REQUIRE(begins->decision);
  CHECK(begins->decision->verdict == Verdict::Unauthorized);
  CHECK_FALSE(later->decision);
  world.loop.advance(1s);
  held.end();
  REQUIRE(later->decision);
  CHECK(later->decision->verdict == Verdict::Unauthorized);
  world.loop.advance(1s);
  const auto failed = world.ask(keys.by_two);
  world.loop.run();
  world.server->answer = Error{Code::Unavailable, "down"};
  held.end();
  REQUIRE(failed->decision);
  CHECK(failed->decision->verdict == Verdict::Unavailable);
  CHECK(world.verdict(keys.by_one) == Verdict::Allow);
}

TEST_CASE("who waits for one issuer is not answered by the fetch of another") {
  World world;
  const Two keys;
  const std::string path = "/tmp/sse_jwt_issuers_" + std::to_string(::getpid());
  std::ofstream(path) << Json{{"issuers",
                               {{{"issuer", "a"}, {"jwks", "https://a.test/keys"}},
                                {{"issuer", {"b", "both"}}, {"jwks", "https://b.test/keys"}},
                                {{"issuer", "both"}, {"jwks", "https://c.test/keys"}}}}};
  Held held(world);
  world.start({{"jwt.issuers", path}});
  std::remove(path.c_str());
  REQUIRE(held.calls.size() == 3);
  const auto waits = world.ask(keys.one.token({{"iss", "b"}, {"sse", rights()}}, {{"kid", "1"}}));
  const auto both = world.ask(keys.two.token({{"iss", "both"}, {"sse", rights()}}, {{"kid", "2"}}));
  world.loop.run();
  world.serve({keys.first});
  held.end();
  CHECK_FALSE(waits->decision);
  held.end();
  REQUIRE(waits->decision);
  CHECK(waits->decision->verdict == Verdict::Allow);
  CHECK_FALSE(both->decision);
  world.serve({keys.second});
  held.end();
  REQUIRE(both->decision);
  CHECK(both->decision->verdict == Verdict::Allow);
}

TEST_CASE("a reload leaves those who wait to the new fetch") {
  World world;
  const Two keys;
  Held held(world);
  world.start(kUrl);
  const auto good = world.ask(keys.by_one);
  const auto bad = world.ask(keys.by_two);
  world.loop.run();
  REQUIRE(world.plugin.reload(World::settings(kUrl).dump()).ok());
  world.loop.run();
  CHECK_FALSE(good->decision);
  REQUIRE(held.calls.size() == 2);
  world.serve({keys.first});
  held.end();
  CHECK_FALSE(good->decision);
  held.end();
  REQUIRE(good->decision);
  CHECK(good->decision->verdict == Verdict::Allow);
  REQUIRE(bad->decision);
  CHECK(bad->decision->verdict == Verdict::Unauthorized);
  CHECK(good->answers + bad->answers == 2);
}

TEST_CASE("who waits when the plugin stops is refused for now") {
  World world;
  const Two keys;
  const Held held(world);
  world.start(kUrl);
  const auto waits = world.ask(keys.by_one);
  world.loop.run();
  CHECK(waits->answers == 0);
  const auto posted = world.ask(keys.by_one);
  world.plugin.stop();
  world.loop.run();
  CHECK(waits->answers == 1);
  CHECK(posted->answers == 1);
  CHECK(waits->decision->verdict == Verdict::Unavailable);
  CHECK(posted->decision->verdict == Verdict::Unavailable);
}

TEST_CASE("no more than 1,024 requests wait, and the others are refused for now") {
  World world;
  const Two keys;
  const Held held(world);
  world.start(kUrl);
  for (int i = 0; i < jwt::Jwt::kMaxWaiting; ++i) CHECK_FALSE(world.ask(keys.by_one)->decision);
  const auto one_more = world.ask(keys.by_one);
  REQUIRE(one_more->decision);
  CHECK(one_more->decision->verdict == Verdict::Unavailable);
  world.loop.run();
  CHECK(world.host.metrics().gauge("sse_jwt_waiting", "").value() == jwt::Jwt::kMaxWaiting);
  world.plugin.stop();
}
