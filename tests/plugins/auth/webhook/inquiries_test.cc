#include "auth/webhook/inquiries.h"

#include <doctest/doctest.h>
#include <thread>

#include "plugins/auth/webhook/world.h"

using namespace sse;
using namespace std::chrono_literals;
using test::Endpoint;
using test::kAllow;
using test::Verdict;
using test::World;

TEST_CASE("connections are kept, and one that the server gave up meanwhile costs nobody an answer") {
  World world;
  world.start();
  world.endpoint.answer = kAllow;
  for (int i = 0; i < 5; ++i) CHECK(world.verdict({.token = std::to_string(i)}) == Verdict::Allow);
  CHECK(world.endpoint.connections == 1);
  world.endpoint.hangUp(1);
  CHECK(world.verdict({}) == Verdict::Allow);
  CHECK(world.endpoint.connections == 2);
  // It reads the question and closes without a byte of an answer, as a server does that just gave the connection up.
  world.endpoint.answer.clear();
  const auto asked = world.ask({.token = "u"});
  REQUIRE(world.until([&] { return world.endpoint.asked.size() == 7; }));
  world.endpoint.answer = kAllow;
  world.endpoint.hangUp(2);
  REQUIRE(world.until([&] { return asked->decision.has_value(); }));
  CHECK(asked->verdict() == Verdict::Allow);
  CHECK(world.gauge("sse_webhook_connections") == 1);
}

TEST_CASE("an answer may last until the end of its connection, by TLS too, and half of one is none") {
  for (const auto* scheme : {"http", "https"}) {
    CAPTURE(scheme);
    World world;
    world.start({{"webhook.url", world.endpoint.url(scheme)}});
    const std::string body = R"({"allow": true})";
    for (const std::size_t size : {body.size(), body.size() - 1}) {
      const auto asked = world.ask({});
      const auto before = world.endpoint.asked.size();
      REQUIRE(world.until([&] { return world.endpoint.asked.size() > before; }));
      const int connection = world.endpoint.asked.back().connection;
      world.endpoint.say(connection, "HTTP/1.1 200 OK\r\n\r\n" + body.substr(0, size));
      world.endpoint.hangUp(connection);
      REQUIRE(world.until([&] { return asked->decision.has_value(); }));
      CHECK(asked->verdict() == (size == body.size() ? Verdict::Allow : Verdict::Unavailable));
    }
  }
}

TEST_CASE("the same question is put once, however many wait for it") {
  World world;
  world.start();
  std::vector<std::shared_ptr<World::Asked>> all;
  for (int i = 0; i < 8; ++i) all.push_back(world.ask({}));
  const auto other = world.ask({.channel = "other"});
  REQUIRE(world.until([&] { return world.endpoint.asked.size() == 2; }));
  for (const auto& each : world.endpoint.asked) world.endpoint.say(each.connection, kAllow);
  REQUIRE(world.until([&] { return other->decision && all.back()->decision; }));
  for (const auto& each : all) {
    CHECK(each->answers == 1);
    CHECK(each->verdict() == Verdict::Allow);
  }
  CHECK(world.count("sse_webhook_shared_total") == 7);
}

TEST_CASE("connections are bounded, and so is who waits") {
  World world;
  world.start({{"webhook.connections", 2}, {"webhook.queue", 5}});
  std::vector<std::shared_ptr<World::Asked>> all;
  for (int i = 0; i < 5; ++i) all.push_back(world.ask({.token = std::to_string(i)}));
  const auto refused = world.ask({.token = "one too many"});
  CHECK(refused->verdict() == Verdict::Unavailable);
  CHECK(world.count("sse_webhook_overflow_total") == 1);
  REQUIRE(world.until([&] { return world.endpoint.asked.size() == 2; }));
  CHECK(world.gauge("sse_webhook_waiting") == 5);
  CHECK(world.endpoint.connections == 2);
  for (std::size_t i = 0; i < 5; ++i) {
    REQUIRE(world.until([&] { return world.endpoint.asked.size() > i; }));
    world.endpoint.say(world.endpoint.asked[i].connection, kAllow);
  }
  REQUIRE(world.until([&] { return all.back()->decision.has_value(); }));
  CHECK(world.endpoint.connections == 2);
  CHECK(world.gauge("sse_webhook_waiting") == 0);
  CHECK(world.ask({})->verdict() == Verdict::Later);
}

TEST_CASE("an endpoint that does not answer is given up at its time, also for those in the queue") {
  World world;
  world.start({{"webhook.connections", 1}});
  const auto first = world.ask({.token = "1"});
  const auto second = world.ask({.token = "2"});
  REQUIRE(world.until([&] { return world.endpoint.asked.size() == 1; }));
  CHECK_FALSE(first->decision);
  world.loop.skip(5s);
  REQUIRE(world.until([&] { return first->decision && second->decision; }));
  CHECK(first->verdict() == Verdict::Unavailable);
  CHECK(second->verdict() == Verdict::Unavailable);
  CHECK(world.count("sse_webhook_failures_total", {{"reason", "timeout"}}) == 2);
  CHECK(world.gauge("sse_webhook_connections") <= 1);
  world.endpoint.answer = kAllow;
  CHECK(world.verdict({}) == Verdict::Allow);
}

TEST_CASE("who waits when the plugin stops is answered, refused for now") {
  World world;
  world.start();
  const auto asked = world.ask({});
  REQUIRE(world.until([&] { return world.endpoint.asked.size() == 1; }));
  const auto posted = world.ask({.token = "u"});
  world.plugin.stop();
  REQUIRE(world.until([&] { return posted->decision.has_value(); }));
  CHECK(asked->verdict() == Verdict::Unavailable);
  CHECK(posted->verdict() == Verdict::Unavailable);
  CHECK(asked->answers == 1);
}

TEST_CASE("names are looked up once for all who wait, and a look-up that hangs is given up") {
  World world;
  std::vector<std::function<void()>> held;
  world.host.offloadWith([&](const auto&, const auto& done) { held.push_back(done); });
  world.start({{"webhook.url", "http://endpoint.test/"}});
  CHECK(world.host.log().lines("webhook-plain-http").size() == 1);
  std::vector<std::shared_ptr<World::Asked>> all;
  for (int i = 0; i < 6; ++i) all.push_back(world.ask({.token = std::to_string(i)}));
  REQUIRE(world.until([&] { return held.size() == 1; }));
  world.loop.skip(5s);
  REQUIRE(world.until([&] { return all.back()->decision.has_value(); }));
  for (const auto& each : all) CHECK(each->verdict() == Verdict::Unavailable);
  const auto again = world.ask({});
  world.loop.turn();
  CHECK(held.size() == 1);
  world.plugin.stop();
  held[0]();
  CHECK(again->verdict() == Verdict::Unavailable);
}

TEST_CASE("who asks while the host has no room for a look-up is refused for now") {
  World world;
  world.host.offloadWith([&](const auto&, auto done) { world.host.loop().post(std::move(done)); });
  world.start({{"webhook.url", "http://endpoint.test/"}});
  const auto asked = world.ask({});
  REQUIRE(world.until([&] { return asked->decision.has_value(); }));
  CHECK(asked->verdict() == Verdict::Unavailable);
}

TEST_CASE("many threads ask at once, and each gets the answer to its own question") {
  World world;
  world.start({{"webhook.queue", 100'000}});
  world.endpoint.answer = Endpoint::ok(R"({"publish": ["news"], "ttl": 60})");
  std::atomic<int> wrong{0};
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 500; ++i) {
        const std::string_view channel = i % 2 == 0 ? "news" : "other";
        const std::string token = std::to_string(thread * 10 + i % 10);
        const auto expected = i % 2 == 0 ? Verdict::Allow : Verdict::Deny;
        AuthRequest request;
        request.action = Action::Publish;
        request.channels = {&channel, 1};
        request.token = token;
        const auto count = [&, expected](const Decision& decision) {
          if (decision.verdict != expected) ++wrong;
          ++answered;
        };
        const auto decision = world.plugin.check(request, count);
        if (decision.verdict != Verdict::Later) count(decision);
      }
    });
  }
  CHECK(world.until([&] { return answered == 2000; }));
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}
