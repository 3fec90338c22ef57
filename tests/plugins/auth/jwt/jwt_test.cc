#include "auth/jwt/jwt.h"

#include <doctest/doctest.h>

#include "plugins/auth/jwt/signer.h"
#include "sse/conformance/fake_host.h"
#include "sse/conformance/fake_loop.h"
#include "sse/max_age.h"

using namespace sse;
using namespace std::chrono_literals;
using Json = nlohmann::json;
using Verdict = Decision::Verdict;
using jwt::Algorithm;
using test::Signer;

namespace {

Json rights() { return {{"publish", {"*"}}, {"subscribe", {"user-{sub}"}}}; }

/// Seconds since 1970, `by` from now.
std::int64_t in(std::chrono::seconds by) {
  return std::chrono::duration_cast<std::chrono::seconds>((std::chrono::system_clock::now() + by).time_since_epoch())
      .count();
}

/// The plugin with a JWKS server of its own.
struct World {
  conformance::FakeLoop loop;
  conformance::FakeHost host{loop, "self", "self"};
  struct Server {
    int fetches = 0;
    Result<jwt::Fetched> answer = Error{Code::Unavailable, "down"};
  };
  std::shared_ptr<Server> server = std::make_shared<Server>();
  jwt::Jwt plugin{[server = server](const jwt::FetchRequest&) {
    ++server->fetches;
    return server->answer;
  }};

  static Json settings(Json changes) {
    Json all = {{"jwt.secret", nullptr},
                {"jwt.key", nullptr},
                {"jwt.jwks", nullptr},
                {"jwt.algorithm", nullptr},
                {"jwt.issuer", nullptr},
                {"jwt.audience", nullptr},
                {"jwt.claim", "sse"},
                {"jwt.identity_claim", "sub"},
                {"jwt.expiry_required", false},
                {"jwt.leeway", 30'000},
                {"jwt.ca_file", nullptr},
                {"jwt.issuers", nullptr},
                {"jwt.jwks_max_age", 3'600'000},
                {"jwt.jwks_min_interval", 10'000},
                {"jwt.jwks_timeout", 5'000},
                {"jwt.max_size", 8192},
                {"jwt.cache_entries", 32}};
    all.update(changes);
    return all;
  }

  void start(const Json& changes) {
    const auto outcome = plugin.configure(host, settings(changes).dump());
    REQUIRE_MESSAGE(outcome.ok(), outcome.error().text);
    REQUIRE(plugin.start().ok());
    loop.run();
  }

  /// The decision about a token, and how often it came.
  struct Asked {
    std::optional<Decision> decision;
    int answers = 0;
  };
  std::shared_ptr<Asked> ask(const std::string& token, Action action = Action::Publish, const char* channel = "news") {
    auto asked = std::make_shared<Asked>();
    const std::vector<std::string_view> channels = {channel};
    AuthRequest request;
    request.action = action;
    request.channels = channels;
    request.token = token;
    auto decision = plugin.check(request, [asked](Decision answer) {
      asked->decision = std::move(answer);
      ++asked->answers;
    });
    if (decision.verdict != Verdict::Later) asked->decision = std::move(decision);
    return asked;
  }
  Verdict verdict(const std::string& token, Action action = Action::Publish, const char* channel = "news") {
    const auto asked = ask(token, action, channel);
    loop.run();
    REQUIRE(asked->decision.has_value());
    return asked->decision->verdict;
  }
  std::uint64_t count(const char* name) { return host.metrics().counter(name, "").value(); }

  void serve(const std::vector<Json>& keys, const char* cache_control = "") {
    server->answer = jwt::Fetched{Json{{"keys", keys}}.dump(), maxAgeOf(cache_control)};
  }
};

Json jwkOf(const Signer& signer, const char* id) {
  const std::string pem = signer.pem();
  BIO* in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* key = PEM_read_bio_PUBKEY(in, nullptr, nullptr, nullptr);
  BIO_free(in);
  unsigned char raw[32];
  std::size_t size = sizeof(raw);
  EVP_PKEY_get_raw_public_key(key, raw, &size);
  EVP_PKEY_free(key);
  const std::string x(reinterpret_cast<const char*>(raw), size);
  return {{"kty", "OKP"}, {"crv", "Ed25519"}, {"kid", id}, {"x", test::base64Url(x)}};
}

const Json kUrl = {{"jwt.jwks", "https://issuer.test/keys"}};

}  // namespace

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

TEST_CASE("an unknown key id is fetched, not more often than allowed, and no one waits in vain") {
  World world;
  const Signer old_key(Algorithm::EdDSA);
  const Signer new_key(Algorithm::EdDSA);
  world.serve({jwkOf(old_key, "1")});
  world.start(kUrl);
  CHECK(world.server->fetches == 1);
  const auto token = new_key.token({{"sse", rights()}}, {{"kid", "2"}});
  CHECK(world.verdict(token) == Verdict::Unauthorized);
  CHECK(world.server->fetches == 1);
  world.serve({jwkOf(old_key, "1"), jwkOf(new_key, "2")});
  world.loop.advance(10s);
  const auto one = world.ask(token);
  const auto two = world.ask(token);
  CHECK_FALSE(one->decision);
  world.loop.run();
  CHECK(one->answers == 1);
  CHECK(two->answers == 1);
  CHECK(one->decision->verdict == Verdict::Allow);
  CHECK(world.server->fetches == 2);
  CHECK(world.verdict(old_key.token({{"sse", rights()}}, {{"kid", "1"}})) == Verdict::Allow);
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
  CHECK(world.verdict(old_token) == Verdict::Unauthorized);
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

TEST_CASE("who waits when the plugin stops is answered") {
  World world;
  const Signer signer(Algorithm::EdDSA);
  world.host.offloadWith([](const auto&, const auto&) {});
  world.start(kUrl);
  const auto waits = world.ask(signer.token({{"sse", rights()}}));
  world.loop.run();
  CHECK(waits->answers == 0);
  const auto posted = world.ask(signer.token({{"sse", rights()}}));
  world.plugin.stop();
  world.loop.run();
  CHECK(waits->answers == 1);
  CHECK(posted->answers == 1);
  CHECK(waits->decision->verdict == Verdict::Unauthorized);
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

TEST_CASE("no more than 1,024 requests wait") {
  World world;
  const Signer signer(Algorithm::EdDSA);
  world.host.offloadWith([](const auto&, const auto&) {});
  world.start(kUrl);
  const auto token = signer.token({{"sse", rights()}});
  for (int i = 0; i < jwt::Jwt::kMaxWaiting; ++i) CHECK_FALSE(world.ask(token)->decision);
  CHECK(world.ask(token)->decision);
  world.loop.run();
  CHECK(world.host.metrics().gauge("sse_jwt_waiting", "").value() == jwt::Jwt::kMaxWaiting);
  world.plugin.stop();
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
