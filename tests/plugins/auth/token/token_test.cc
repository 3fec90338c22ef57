#include "auth/token/token.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <set>
#include <unistd.h>

#include "sse/conformance/fake_host.h"
#include "sse/conformance/fake_loop.h"
#include "sse/messages.h"

using namespace sse;
using Json = nlohmann::json;
using Verdict = Decision::Verdict;

namespace {

std::string hexOf(std::string_view token) {
  std::string text = "sha256:";
  for (const unsigned char byte : token::hashOf(token)) {
    constexpr const char* kDigits = "0123456789abcdef";
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

Json row(std::string_view token, Json more = Json::object()) {
  Json row = {{"name", "alice"}, {"hash", hexOf(token)}, {"publish", {"news"}}, {"subscribe", {"user-{sub}"}}};
  row.update(more);
  return row;
}

std::string problemOf(const Json& file) {
  const auto table = token::KeyTable::parse(file.dump());
  return table ? "" : table.error().text;
}

struct World {
  conformance::FakeLoop loop;
  conformance::FakeHost host{loop, "self", "self"};
  token::Token plugin;
  std::string file = std::filesystem::temp_directory_path() / ("sse-token-" + std::to_string(::getpid()));

  ~World() { std::filesystem::remove(file); }
  void write(const Json& rows) { std::ofstream(file) << Json{{"tokens", rows}}.dump(); }
  [[nodiscard]] std::string settings() const { return Json{{"token.file", file}}.dump(); }
  void start(const Json& rows) {
    write(rows);
    REQUIRE(plugin.configure(host, settings()).ok());
    REQUIRE(plugin.start().ok());
  }
  Decision ask(std::string_view token, Action action = Action::Publish, std::string_view channel = "news") {
    AuthRequest request;
    request.action = action;
    request.channels = {&channel, 1};
    request.token = token;
    return plugin.check(request, {});
  }
};

}  // namespace

TEST_CASE("the hash is SHA-256") {
  CHECK(hexOf("abc") == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a file is taken whole, or the error names the row and the member") {
  CHECK(problemOf({{"tokens", {row("a"), row("b")}}}).empty());
  CHECK(problemOf(Json::array()).find("expected {\"tokens\"") != std::string::npos);
  CHECK(problemOf({{"tokens", {row("a"), row("a")}}}).starts_with("tokens[1]: hash: the same"));
  CHECK(problemOf({{"tokens", {row("a", {{"hash", "sha256:12"}})}}}).starts_with("tokens[0]: hash: expected"));
  CHECK(problemOf({{"tokens", {row("a", {{"name", ""}})}}}).starts_with("tokens[0]: name: expected"));
  CHECK(problemOf({{"tokens", {row("a", {{"publish", "x"}})}}}).starts_with("tokens[0]: publish: expected a list"));
  CHECK(problemOf({{"tokens", {row("a", {{"token", "x"}})}}}) == "tokens[0]: \"token\" is no member of a token");
  for (const auto* time :
       {"tomorrow", "2027-02-31T00:00:00Z", "2027-01-01", "2027-01-01T00:00:00", "1960-01-01T00:00:00Z"}) {
    CAPTURE(time);
    CHECK(problemOf({{"tokens", {row("a", {{"expires", time}})}}}).starts_with("tokens[0]: expires: expected"));
  }
  CHECK(problemOf({{"tokens", {row("a", {{"expires", nullptr}})}}}).empty());
}

TEST_CASE("a key gives its rights and no others") {
  World world;
  world.start({row("sse_a", {{"expires", "2100-01-01T00:00:00Z"}}), row("old", {{"expires", "2020-01-01T00:00:00Z"}})});
  const auto good = world.ask("sse_a");
  CHECK(good.verdict == Verdict::Allow);
  CHECK(good.identity == "alice");
  CHECK(good.expires == token::parseTime("2100-01-01T00:00:00Z"));
  CHECK(good.credential != 0);
  CHECK(world.ask("sse_a", Action::Subscribe, "user-alice").verdict == Verdict::Allow);
  CHECK(world.ask("sse_a", Action::Subscribe, "news").verdict == Verdict::Deny);
  CHECK(world.ask("sse_a", Action::Admin).verdict == Verdict::Deny);
  CHECK(world.ask("old").verdict == Verdict::Unauthorized);
  CHECK(world.ask("sse_b").verdict == Verdict::Unauthorized);
  CHECK(world.ask("other").verdict == Verdict::Abstain);
  CHECK(world.ask("").verdict == Verdict::Abstain);
}

TEST_CASE("a reload revokes keys that are gone or changed, and no others") {
  World world;
  world.start({row("a"), row("b"), row("c")});
  const auto b = world.ask("b").credential;
  const auto c = world.ask("c").credential;
  std::vector<std::uint64_t> revoked;
  auto subscription = world.host.bus().subscribe<CredentialsRevoked>(
      [&](const CredentialsRevoked& message) { revoked = message.credentials; });
  world.write({row("a"), row("c", {{"publish", Json::array()}})});
  REQUIRE(world.plugin.reload(world.settings()).ok());
  world.loop.run();
  CHECK(std::set(revoked.begin(), revoked.end()) == std::set{b, c});
  CHECK(world.ask("a").verdict == Verdict::Allow);
  CHECK(world.ask("b").verdict == Verdict::Abstain);
  CHECK(world.ask("c").verdict == Verdict::Deny);
  std::ofstream(world.file) << "nonsense";
  CHECK_FALSE(world.plugin.reload(world.settings()).ok());
  CHECK(world.ask("a").verdict == Verdict::Allow);
}

TEST_CASE("a file that cannot be read is told by name") {
  World world;
  const auto none = world.plugin.configure(world.host, world.settings());
  REQUIRE_FALSE(none.ok());
  CHECK(none.error().text == "token.file: " + world.file + ": cannot be read: No such file or directory");
  CHECK(world.plugin.configure(world.host, R"({"token.file": null})").error().text.starts_with("token.file: expected"));
  CHECK(world.plugin.configure(world.host, R"({"token.file": "/"})").error().text.find("cannot be read") !=
        std::string::npos);
}

TEST_CASE("a certificate gives the rights of the row that names it") {
  World world;
  const auto by = [](std::string name) {
    return Json{{"name", "shop"}, {"certificate", std::move(name)}, {"publish", {"news"}}};
  };
  world.start({by("CN=shop,O=Example"), by("DNS:shop.example"), row("sse_a")});
  ClientCertificate shown;
  shown.expires = std::chrono::system_clock::now() + std::chrono::hours(1);
  AuthRequest request;
  const std::string_view channel = "news";
  request.action = Action::Publish;
  request.channels = {&channel, 1};
  request.certificate = &shown;
  const auto ask = [&](std::vector<std::string> names) {
    shown.names = std::move(names);
    return world.plugin.check(request, {});
  };
  const auto good = ask({"CN=else", "DNS:shop.example"});
  CHECK(good.verdict == Verdict::Allow);
  CHECK(good.identity == "shop");
  CHECK(good.expires == shown.expires);
  CHECK(ask({"CN=shop,O=Example"}).verdict == Verdict::Allow);
  CHECK(ask({"CN=shop"}).verdict == Verdict::Abstain);
  CHECK(ask({"CN=SHOP,O=Example", "DNS:*.example"}).verdict == Verdict::Abstain);

  request.token = "sse_a";
  CHECK(ask({"DNS:shop.example"}).identity == "alice");
  request.token = "other";
  CHECK(ask({"DNS:shop.example"}).verdict == Verdict::Abstain);
  request.token = {};
  request.blank = true;
  CHECK(ask({"DNS:shop.example"}).verdict == Verdict::Abstain);
  request.blank = false;
  request.action = Action::Subscribe;
  CHECK(ask({"DNS:shop.example"}).verdict == Verdict::Deny);
  shown.expires = std::chrono::system_clock::now() - std::chrono::seconds(1);
  CHECK(ask({"DNS:shop.example"}).verdict == Verdict::Unauthorized);
}

TEST_CASE("a row is for a token or for a certificate whose name can be one") {
  const auto with = [](std::string certificate) {
    return Json{{"name", "a"}, {"certificate", std::move(certificate)}};
  };
  CHECK(problemOf({{"tokens", {with("CN=a"), with("URI:spiffe://a/b"), with("IP:::1")}}}).empty());
  CHECK(problemOf({{"tokens", {with("CN=a"), with("CN=a")}}}).starts_with("tokens[1]: certificate: the same"));
  CHECK(problemOf({{"tokens", {row("a", {{"certificate", "CN=a"}})}}})
            .starts_with("tokens[0]: certificate: expected it"));
  for (const auto* bad : {"alice", "DNS:", "=a"}) {
    CAPTURE(bad);
    CHECK(problemOf({{"tokens", {with(bad)}}}).starts_with("tokens[0]: certificate: expected a subject"));
  }
}
