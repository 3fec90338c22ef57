#include "plugins/auth/jwt/world.h"

using namespace sse;
using namespace sse::test;
using namespace std::chrono_literals;
using jwt::Algorithm;

TEST_CASE("a good token gives identity, rights and expiry") {
  World world;
  const Signer signer(Algorithm::HS256);
  world.start({{"jwt.secret", signer.secret()}});
  const auto token = signer.token({{"sub", "7"}, {"sse", rights()}, {"exp", in(60s)}});
  const auto asked = world.ask(token);
  REQUIRE(asked->decision);
  CHECK(asked->decision->verdict == Verdict::Allow);
  CHECK(asked->decision->identity == "7");
  REQUIRE(asked->decision->expires);
  CHECK(world.verdict(token, Action::Subscribe, "user-7") == Verdict::Allow);
  CHECK(world.verdict(token, Action::Subscribe, "user-8") == Verdict::Deny);
  CHECK(world.verdict(token, Action::Admin) == Verdict::Deny);
  CHECK(world.count("sse_jwt_cache_hits_total") == 3);
  CHECK(world.verdict(signer.token({{"exp", in(-60s)}, {"sse", rights()}})) == Verdict::Unauthorized);
  CHECK(world.verdict(signer.token({{"nbf", in(60s)}, {"sse", rights()}})) == Verdict::Unauthorized);
  CHECK(world.verdict(signer.token({{"sub", "7"}})) == Verdict::Deny);
}

TEST_CASE("what is no token of this kind is left to the next plugin, bad tokens are not") {
  World world;
  const Signer signer(Algorithm::HS256);
  world.start({{"jwt.secret", signer.secret()}});
  CHECK(world.verdict("") == Verdict::Abstain);
  CHECK(world.verdict("0123456789abcdef") == Verdict::Abstain);
  CHECK(world.verdict("a.b.c") == Verdict::Unauthorized);
  CHECK(world.verdict("eyJhbGciOiJub25lIn0.e30.") == Verdict::Unauthorized);
  CHECK(world.verdict(Signer(Algorithm::HS256, std::string(64, 'x')).token({{"sse", rights()}})) ==
        Verdict::Unauthorized);
  CHECK(world.verdict("e30." + std::string(9000, 'A') + ".AAAA") == Verdict::Unauthorized);
}

TEST_CASE("what is no token of this kind is left to others") {
  World world;
  world.start({{"jwt.secret", Signer(Algorithm::HS256).secret()}});
  AuthRequest request;
  request.authorization = "Basic YTpi";
  CHECK(world.plugin.check(request, {}).verdict == Verdict::Abstain);
  request.token = "opaque";
  CHECK(world.plugin.check(request, {}).verdict == Verdict::Abstain);
  request.token = "x.y.z";
  CHECK(world.plugin.check(request, {}).verdict == Verdict::Unauthorized);
}

TEST_CASE("remembered tokens are bounded") {
  World world;
  const Signer signer(Algorithm::HS256);
  world.start({{"jwt.secret", signer.secret()}});
  for (int i = 0; i < 200; ++i) {
    CHECK(world.verdict(signer.token({{"sub", std::to_string(i)}, {"sse", rights()}})) == Verdict::Allow);
  }
  CHECK(world.host.metrics().gauge("sse_jwt_cache_entries", "").value() <= 32);
}

TEST_CASE("keys come from the URL; the node waits for them") {
  World world;
  const Signer signer(Algorithm::EdDSA);
  world.start(kUrl);
  CHECK_FALSE(world.plugin.ready().ready);
  CHECK(world.plugin.ready().reason.find("down") != std::string::npos);
  CHECK(world.host.log().lines("jwt-keys-unavailable").size() == 1);
  world.serve({jwkOf(signer, "1")});
  world.loop.advance(10s);
  CHECK(world.plugin.ready().ready);
  CHECK(world.verdict(signer.token({{"sse", rights()}}, {{"kid", "1"}})) == Verdict::Allow);
}

TEST_CASE("what a URL holds besides its place is told nowhere") {
  World world;
  const Json url = {{"jwt.jwks", "https://issuer.test:8443/keys?key=hidden#hidden"}};
  world.start(url);
  CHECK(world.plugin.ready().reason == "https://issuer.test:8443/keys: down");
  CHECK(world.host.log().lines("jwt-plain-http").empty());
  const Signer signer(Algorithm::EdDSA);
  world.serve({jwkOf(signer, "1")});
  world.loop.advance(10s);
  CHECK(world.verdict(signer.token({{"sse", rights()}}, {{"kid", "1"}})) == Verdict::Allow);
  for (const auto* id : {"jwt-keys", "jwt-keys-back", "jwt-keys-unavailable"}) {
    const auto lines = world.host.log().lines(id);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].fields.at("url") == "https://issuer.test:8443/keys");
  }
}

TEST_CASE("a URL with a password, or without a host, is refused and not repeated") {
  World world;
  for (const auto* wrong :
       {"https://user:hidden@issuer.test/keys", "https://hidden@issuer.test/", "https:///hidden",
        "https://issuer.test:0/hidden", "https://issuer.test:hidden/", "https://issuer.test/hid den"}) {
    const auto outcome = world.plugin.configure(world.host, world.settings({{"jwt.jwks", wrong}}).dump());
    REQUIRE_FALSE(outcome.ok());
    CHECK(outcome.error().text.starts_with("jwt.jwks: expected "));
    CHECK(outcome.error().text.find("hidden") == std::string::npos);
  }
}

TEST_CASE("keys that come by plain http from elsewhere are warned of") {
  for (const auto& [url, lines] : {std::pair("http://issuer.test/keys", 1), std::pair("http://127.0.0.1:1/keys", 0)}) {
    World world;
    world.start({{"jwt.jwks", url}});
    CHECK(world.host.log().lines("jwt-plain-http").size() == static_cast<std::size_t>(lines));
  }
}

TEST_CASE("keys that are taken away are gone, and the last ones stay while the URL is down") {
  World world;
  const Signer old_key(Algorithm::EdDSA);
  const Signer new_key(Algorithm::EdDSA);
  const auto old_token = old_key.token({{"sse", rights()}}, {{"kid", "1"}});
  const auto new_token = new_key.token({{"sse", rights()}}, {{"kid", "2"}});
  world.serve({jwkOf(old_key, "1")}, "public, max-age=100");
  world.start(kUrl);
  CHECK(world.verdict(old_token) == Verdict::Allow);
  world.serve({jwkOf(new_key, "2")}, "max-age=100");
  world.loop.advance(79s);
  CHECK(world.server->fetches == 1);
  world.loop.advance(2s);
  CHECK(world.server->fetches == 2);
  CHECK(world.verdict(old_token) == Verdict::Unavailable);
  CHECK(world.verdict(new_token) == Verdict::Allow);
  for (const auto& bad : {Result<jwt::Fetched>(Error{Code::Unavailable, "down"}), Result<jwt::Fetched>(jwt::Fetched{}),
                          Result<jwt::Fetched>(jwt::Fetched{R"({"keys":[]})", {}})}) {
    world.server->answer = bad;
    world.loop.advance(1h);
    CHECK(world.verdict(new_token) == Verdict::Allow);
    CHECK(world.plugin.ready().ready);
  }
  CHECK(world.server->fetches < 300);
}

TEST_CASE("secrets are not taken from a URL") {
  World world;
  const Signer signer(Algorithm::HS256);
  world.serve({{{"kty", "oct"}, {"alg", "HS256"}, {"k", test::base64Url(signer.secret())}}});
  world.start(kUrl);
  CHECK_FALSE(world.plugin.ready().ready);
  CHECK(world.verdict(signer.token({{"sse", rights()}})) == Verdict::Unauthorized);
}

TEST_CASE("keys that the host has no room to fetch are fetched later") {
  World world;
  const Signer signer(Algorithm::EdDSA);
  bool room = false;
  world.host.offloadWith([&](const auto& work, auto done) {
    if (room) work();
    world.loop.post(std::move(done));
  });
  world.serve({jwkOf(signer, "1")});
  world.start(kUrl);
  world.loop.run();
  CHECK_FALSE(world.plugin.ready().ready);
  CHECK(world.host.metrics().counter("sse_jwt_fetch_failures_total", "").value() == 1);
  room = true;
  world.loop.advance(std::chrono::minutes(1));
  CHECK(world.plugin.ready().ready);
}

TEST_CASE("reload takes new keys, or keeps the old ones where they are wrong") {
  World world;
  const Signer one(Algorithm::HS256, std::string(64, '1'));
  const Signer two(Algorithm::HS256, std::string(64, '2'));
  world.start({{"jwt.secret", one.secret()}});
  const auto token = one.token({{"sse", rights()}});
  CHECK(world.verdict(token) == Verdict::Allow);
  CHECK_FALSE(world.plugin.reload(World::settings({{"jwt.secret", "short"}}).dump()).ok());
  CHECK(world.verdict(token) == Verdict::Allow);
  CHECK(world.plugin.reload(World::settings({{"jwt.secret", two.secret()}}).dump()).ok());
  CHECK(world.verdict(token) == Verdict::Unauthorized);
  CHECK(world.verdict(two.token({{"sse", rights()}})) == Verdict::Allow);
}

TEST_CASE("a reload keeps the keys of a URL that is down by now") {
  World world;
  const Signer signer(Algorithm::EdDSA);
  world.serve({jwkOf(signer, "1")});
  world.start(kUrl);
  world.server->answer = Error{Code::Unavailable, "down"};
  CHECK(world.plugin.reload(World::settings(kUrl).dump()).ok());
  world.loop.run();
  CHECK(world.verdict(signer.token({{"sse", rights()}}, {{"kid", "1"}})) == Verdict::Allow);
}

TEST_CASE("a reload takes another algorithm of keys that name none, whether their URL answers or not") {
  for (const bool up : {true, false}) {
    CAPTURE(up);
    World world;
    const Signer signer(Algorithm::PS256);
    const auto token = signer.token({{"sse", rights()}}, {{"kid", "1"}});
    world.serve({jwkOf(signer, "1")});
    world.start(kUrl);
    CHECK(world.verdict(token) == Verdict::Unavailable);
    auto changes = kUrl;
    changes["jwt.algorithm"] = "PS256";
    if (!up) world.server->answer = Error{Code::Unavailable, "down"};
    CHECK(world.plugin.reload(World::settings(changes).dump()).ok());
    world.loop.run();
    CHECK(world.verdict(token) == Verdict::Allow);
  }
}

TEST_CASE("keys of a URL that cannot be used are passed over and told once for each change") {
  World world;
  const Signer signer(Algorithm::EdDSA);
  const Json weak = {{"kty", "RSA"}, {"kid", "weak"}, {"n", base64Url(std::string(128, '\xff'))}, {"e", "AQAB"}};
  const Json secret = {{"kty", "oct"}, {"k", base64Url(signer.secret())}};
  const auto good = jwkOf(signer, "1");
  world.serve({weak, good, good, secret, Json(7)});
  world.start(kUrl);
  CHECK(world.verdict(signer.token({{"sse", rights()}}, {{"kid", "1"}})) == Verdict::Allow);
  CHECK(world.host.metrics().gauge("sse_jwt_keys", "").value() == 1);
  const auto told = [&] { return world.host.log().lines("jwt-keys-passed-over"); };
  REQUIRE(told().size() == 1);
  const auto what = told()[0].fields.at("what");
  CHECK(what.starts_with(
      "keys[0]: expected an RSA key of 2048 to 16384 bits, got 1024; keys[2].kid: another key has it"));
  CHECK(what.find("keys[3]: expected a public key, got a secret; keys[4]: expected an object") != std::string::npos);
  world.loop.advance(2h);
  CHECK(world.plugin.reload(World::settings(kUrl).dump()).ok());
  world.loop.run();
  CHECK(told().size() == 1);
  world.serve({good, weak});
  world.loop.advance(2h);
  REQUIRE(told().size() == 2);
  CHECK(told()[1].fields.at("what").starts_with("keys[1]: expected an RSA key"));
  CHECK(world.host.log().lines("jwt-keys-unavailable").empty());
}

TEST_CASE("where no key of a URL can be used, it is told why") {
  World world;
  world.serve(std::vector<Json>(100, {{"kty", "EC"}, {"crv", "P-256"}, {"x", "AA"}, {"y", "AA"}}));
  world.start(kUrl);
  CHECK_FALSE(world.plugin.ready().ready);
  const auto lines = world.host.log().lines("jwt-keys-unavailable");
  REQUIRE(lines.size() == 1);
  const auto what = lines[0].fields.at("what");
  CHECK(what.starts_with("keys: expected one for verifying, got none: keys[0]: x, y: expected 32 bytes each; keys[1]"));
  CHECK(what.ends_with("and 92 more"));
}
