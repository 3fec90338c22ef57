#include "auth/webhook/webhook.h"

#include <doctest/doctest.h>

#include "plugins/auth/webhook/world.h"

using namespace sse;
using namespace std::chrono_literals;
using test::Endpoint;
using test::kAllow;
using test::Verdict;
using test::World;
using Json = nlohmann::json;

TEST_CASE("the endpoint is told what is asked, and its answer counts") {
  World world;
  world.endpoint.answer = kAllow;
  world.start({{"webhook.headers", {"X-Key", "x-none"}}, {"webhook.secret", "node-secret"}});
  const auto decision = world.decided(
      {.action = Action::Subscribe, .client = "7", .headers = {{"x-key", "a"}, {"X-KEY", "b"}, {"Y", "c"}}});
  CHECK(decision.verdict == Verdict::Allow);
  CHECK(decision.identity == "7");
  const auto& asked = world.endpoint.asked.at(0);
  CHECK(asked.head.starts_with("POST /auth?key=hidden HTTP/1.1\r\nHost: 127.0.0.1:"));
  CHECK(asked.head.find("\r\nAuthorization: Bearer node-secret\r\n") != std::string::npos);
  CHECK(asked.document == Json{{"action", "subscribe"},
                               {"method", "POST"},
                               {"channels", {"news"}},
                               {"client", "7"},
                               {"address", "192.0.2.1"},
                               {"token", "t"},
                               {"certificate", nullptr},
                               {"node", "self"},
                               {"headers", {{"x-key", "a, b"}}}});
}

TEST_CASE("refusals of the endpoint are refusals") {
  World world;
  world.start();
  world.endpoint.answer = Endpoint::ok("", "401 Unauthorized");
  CHECK(world.verdict({}) == Verdict::Unauthorized);
  world.endpoint.answer = Endpoint::ok("", "403 Forbidden");
  CHECK(world.verdict({}) == Verdict::Deny);
  world.endpoint.answer = Endpoint::ok(R"({"allow": false})");
  CHECK(world.verdict({}) == Verdict::Deny);
  CHECK(world.count("sse_webhook_refused_total", {{"reason", "forbidden"}}) == 2);
}

TEST_CASE("answers are remembered for as long as they say, by what was asked") {
  World world;
  world.start();
  world.endpoint.answer = Endpoint::ok(R"({"allow": true, "ttl": 60})");
  CHECK(world.verdict({}) == Verdict::Allow);
  world.endpoint.answer = Endpoint::ok(R"({"allow": false, "ttl": 60})");
  CHECK(world.verdict({}) == Verdict::Allow);
  CHECK(world.endpoint.asked.size() == 1);
  CHECK(world.verdict({.channel = "other"}) == Verdict::Deny);
  CHECK(world.verdict({.token = "other"}) == Verdict::Deny);
  CHECK(world.verdict({.action = Action::Subscribe}) == Verdict::Deny);
  CHECK(world.verdict({.token = "other"}) == Verdict::Deny);
  CHECK(world.endpoint.asked.size() == 4);
  CHECK(world.count("sse_webhook_cache_hits_total") == 2);
}

TEST_CASE("patterns are remembered for all that the same credentials ask") {
  World world;
  world.start();
  world.endpoint.answer = Endpoint::ok(R"({"publish": ["a", "b"], "ttl": 60})");
  CHECK(world.verdict({.channel = "a"}) == Verdict::Allow);
  CHECK(world.verdict({.channel = "b"}) == Verdict::Allow);
  CHECK(world.verdict({.channel = "c"}) == Verdict::Deny);
  CHECK(world.verdict({.action = Action::Subscribe, .channel = "a"}) == Verdict::Deny);
  CHECK(world.endpoint.asked.size() == 1);
}

TEST_CASE("nothing is remembered that does not say so, nor longer than the limits allow") {
  World world;
  world.start({{"webhook.max_age", 0}});
  world.endpoint.answer = kAllow;
  for (int i = 0; i < 3; ++i) CHECK(world.verdict({}) == Verdict::Allow);
  world.endpoint.answer = Endpoint::ok(R"({"allow": true, "ttl": 3600})");
  for (int i = 0; i < 3; ++i) CHECK(world.verdict({}) == Verdict::Allow);
  CHECK(world.endpoint.asked.size() == 6);
  const auto past = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() - 5s);
  world.endpoint.answer = Endpoint::ok(Json{{"allow", true}, {"ttl", 60}, {"expires", past}}.dump());
  for (int i = 0; i < 2; ++i) CHECK(world.verdict({}) == Verdict::Unauthorized);
  CHECK(world.endpoint.asked.size() == 8);
}

TEST_CASE("answers that are none are no yes, are told once, and the end of that as well") {
  World world;
  world.start();
  const std::string huge(70'000, ' ');
  for (const auto& bad :
       {std::string("HTTP/1.1 302 Found\r\nLocation: /auth\r\nContent-Length: 0\r\n\r\n"), Endpoint::ok("<html>"),
        Endpoint::ok("", "500 Oops"), Endpoint::ok(huge), std::string("nonsense\r\n\r\n")}) {
    world.endpoint.answer = bad;
    CHECK(world.verdict({}) == Verdict::Unavailable);
  }
  CHECK(world.endpoint.asked.size() == 5);
  CHECK(world.host.log().lines("webhook-unavailable").size() == 1);
  world.endpoint.answer = kAllow;
  CHECK(world.verdict({}) == Verdict::Allow);
  CHECK(world.host.log().lines("webhook-back").size() == 1);
  world.endpoint.down();
  CHECK(world.verdict({}) == Verdict::Unavailable);
  CHECK(world.count("sse_webhook_failures_total", {{"reason", "connection"}}) >= 2);
  CHECK(world.plugin.ready().ready);
}

TEST_CASE("open on failure lets in for a while who publishes or subscribes, and nobody administers") {
  World world;
  world.start({{"webhook.on_failure", "open"}});
  CHECK(world.host.log().lines("webhook-fails-open").size() == 1);
  world.endpoint.answer = Endpoint::ok("", "401 Unauthorized");
  CHECK(world.verdict({}) == Verdict::Unauthorized);
  world.endpoint.down();
  for (const auto action : {Action::Publish, Action::Subscribe}) {
    const auto decision = world.decided({.action = action});
    CHECK(decision.verdict == Verdict::Allow);
    CHECK(decision.identity.empty());
    REQUIRE(decision.expires);
    CHECK(*decision.expires <= std::chrono::system_clock::now() + 5min);
  }
  CHECK(world.verdict({.action = Action::Admin}) == Verdict::Unavailable);
}

TEST_CASE("who brings nothing is asked about or left to others, and foreign credentials always are") {
  World world;
  world.endpoint.answer = kAllow;
  world.start({{"webhook.headers", {"X-Key"}}});
  CHECK(world.verdict({.token = ""}) == Verdict::Allow);
  CHECK(world.verdict({.token = "", .authorization = "Basic YTpi"}) == Verdict::Abstain);
  REQUIRE(
      world.plugin
          .reload(
              world.settings({{"webhook.anonymous", false}, {"webhook.headers", {"X-Key", "authorization"}}}).dump())
          .ok());
  CHECK(world.verdict({.token = ""}) == Verdict::Abstain);
  CHECK(world.verdict({.token = "", .headers = {{"x-key", "a"}}}) == Verdict::Allow);
  CHECK(world.verdict({.token = "", .authorization = "Basic YTpi", .headers = {{"Authorization", "Basic YTpi"}}}) ==
        Verdict::Allow);
  CHECK(world.endpoint.asked.back().document["headers"]["authorization"] == "Basic YTpi");
  CHECK(world.verdict({.token = "", .headers = {{"X-Key", ""}}}) == Verdict::Abstain);
  CHECK(world.verdict({.token = "", .headers = {{"X-Key", ""}, {"x-key", "a"}}}) == Verdict::Allow);
}

TEST_CASE("an empty credential is nobody's, and the endpoint is not asked who comes without one") {
  World world;
  world.endpoint.answer = kAllow;
  world.start({{"webhook.headers", {"X-Key"}}});
  CHECK(world.verdict({.token = "", .headers = {{"X-Key", "a"}}, .blank = true}) == Verdict::Abstain);
  CHECK(world.endpoint.asked.empty());
}

TEST_CASE("a client certificate is shown, counts as credentials, and tells requests apart") {
  World world;
  world.start({{"webhook.anonymous", false}});
  const auto end = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + 1h;
  const ClientCertificate alice{{"CN=alice", "DNS:a.example"}, end};
  const ClientCertificate bob{{"CN=bob", "DNS:a.example"}, end};
  const ClientCertificate renewed{alice.names, end + 1h};
  world.endpoint.answer = Endpoint::ok(R"({"allow": true, "ttl": 60})");
  const auto decision = world.decided({.token = "", .certificate = &alice});
  CHECK(decision.verdict == Verdict::Allow);
  REQUIRE(decision.expires);
  CHECK(*decision.expires == end);
  const auto& shown = world.endpoint.asked.at(0).document["certificate"];
  CHECK(shown == Json{{"names", alice.names}, {"expires", std::chrono::system_clock::to_time_t(end)}});
  CHECK(world.decided({.token = "", .certificate = &alice}).expires == decision.expires);
  CHECK(world.endpoint.asked.size() == 1);
  world.endpoint.answer = Endpoint::ok(R"({"allow": false})");
  for (const auto* other : {&bob, &renewed}) {
    CHECK(world.verdict({.token = "", .certificate = other}) == Verdict::Deny);
  }
  CHECK(world.verdict({.token = "", .authorization = "Basic YTpi", .certificate = &alice}) == Verdict::Abstain);
  CHECK(world.endpoint.asked.size() == 3);
}

TEST_CASE("a certificate that has ended on its connection is shown no more") {
  World world;
  world.start({{"webhook.anonymous", false}});
  world.endpoint.answer = kAllow;
  const ClientCertificate over{{"CN=alice"}, std::chrono::system_clock::now() - 1s};
  CHECK(world.verdict({.token = "", .certificate = &over}) == Verdict::Abstain);
  CHECK(world.verdict({.certificate = &over}) == Verdict::Allow);
  CHECK(world.endpoint.asked.at(0).document["certificate"] == nullptr);
}

TEST_CASE("requests that cannot be put into a question are refused without one") {
  World world;
  world.endpoint.answer = kAllow;
  world.start();
  CHECK(world.verdict({.token = "\xff"}) == Verdict::Unauthorized);
  CHECK(world.verdict({.channel = std::string(300'000, 'x')}) == Verdict::Deny);
  CHECK(world.endpoint.asked.empty());
  CHECK(world.gauge("sse_webhook_waiting") == 0);
}

TEST_CASE("header values that are no UTF-8 are shown with replacement characters, and told apart as they came") {
  World world;
  world.endpoint.answer = Endpoint::ok(R"({"allow": true, "ttl": 60})");
  world.start({{"webhook.headers", {"cookie"}}});
  for (const auto* cookie : {"name=J\xf6rg; a=\"b\"", "name=J\xe4rg; a=\"b\""}) {
    CHECK(world.verdict({.headers = {{"Cookie", cookie}}}) == Verdict::Allow);
    CHECK(world.endpoint.asked.back().document["headers"]["cookie"] == "name=J\xef\xbf\xbdrg; a=\"b\"");
  }
  CHECK(world.endpoint.asked.size() == 2);
  CHECK(world.verdict({.client = "\xff", .headers = {{"Cookie", "\xff"}}}) == Verdict::Unauthorized);
}

TEST_CASE("a reload takes what is right, forgets what was remembered, and ends nobody's question") {
  World world;
  world.start();
  world.endpoint.answer = Endpoint::ok(R"({"allow": true, "ttl": 60})");
  CHECK(world.verdict({}) == Verdict::Allow);
  CHECK_FALSE(world.plugin.reload(world.settings({{"webhook.url", "gopher://x"}}).dump()).ok());
  CHECK(world.verdict({}) == Verdict::Allow);
  CHECK(world.endpoint.asked.size() == 1);
  world.endpoint.answer.clear();
  const auto waits = world.ask({.token = "u"});
  REQUIRE(world.until([&] { return world.endpoint.asked.size() == 2; }));
  REQUIRE(world.plugin.reload(world.settings({{"webhook.timeout", 1'000}}).dump()).ok());
  const auto asked = world.ask({});
  REQUIRE(world.until([&] { return world.endpoint.asked.size() == 3; }));
  for (const auto& each : {world.endpoint.asked[1], world.endpoint.asked[2]})
    world.endpoint.say(each.connection, kAllow);
  REQUIRE(world.until([&] { return waits->decision && asked->decision; }));
  CHECK(waits->verdict() == Verdict::Allow);
  CHECK(asked->verdict() == Verdict::Allow);
  world.loop.skip(10s);
  CHECK(world.until([&] { return world.gauge("sse_webhook_connections") == 1; }));
}

TEST_CASE("by https nothing is asked before the endpoint has shown a certificate of the URL's host") {
  World world;
  world.endpoint.answer = kAllow;
  world.tls->failure = Error{Code::Unauthenticated, "TLS handshake: not accepted"};
  world.start({{"webhook.url", world.endpoint.url("https")}});
  CHECK(world.verdict({}) == Verdict::Unavailable);
  CHECK(world.tls->names.at(0) == "127.0.0.1");
  CHECK(world.endpoint.asked.empty());
  CHECK(world.count("sse_webhook_failures_total", {{"reason", "connection"}}) == 1);
  CHECK(world.host.log().lines("webhook-unavailable").size() == 1);
  world.tls->failure.reset();
  for (const auto* token : {"a", "b"}) CHECK(world.verdict({.token = token}) == Verdict::Allow);
  CHECK(world.endpoint.asked.size() == 2);
  CHECK(world.tls->names.size() == 2);
}

TEST_CASE("a host without TLS takes no https URL") {
  World world;
  world.host.offerTls(nullptr);
  const Json changes = {{"webhook.url", world.endpoint.url("https")}};
  const auto outcome = world.plugin.configure(world.host, world.settings(changes).dump());
  REQUIRE_FALSE(outcome.ok());
  CHECK(outcome.error().code == Code::Unsupported);
}

TEST_CASE("settings that cannot be right are refused by their key") {
  World world;
  const auto wrong = [&](const char* key, const Json& value) {
    const auto outcome = world.plugin.configure(world.host, world.settings({{key, value}}).dump());
    REQUIRE_FALSE(outcome.ok());
    CHECK(outcome.error().text.starts_with(std::string(key) + ": "));
  };
  for (const auto* url : {"", "x", "ftp://x/", "http://", "http://user:pw@x/", "http://x:0/", "http://a b/",
                          "http://x/\r\nX: y", "https://x:99999/"}) {
    CAPTURE(url);
    wrong("webhook.url", url);
  }
  wrong("webhook.ca_file", "/nonexistent");
  wrong("webhook.secret", "two words");
  wrong("webhook.headers", {"X Key"});
  wrong("webhook.headers", {""});
}
