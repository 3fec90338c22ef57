#include "http/router.h"

#include <doctest/doctest.h>
#include <string>

using namespace sse::http;

namespace {

enum Id { kSubscribe, kStream, kPublish, kClient, kClientPublish, kClientDelete, kBatch, kStatus, kRoot };

constexpr Route kRoutes[] = {
    {Method::Get, "/subscribe/{channel}", kSubscribe},
    {Method::Get, "/channel/{channel}", kStream},
    {Method::Post, "/channel/{channel}", kPublish},
    {Method::Get, "/channel/{channel}/client/{client}", kClient},
    {Method::Post, "/channel/{channel}/client/{client}", kClientPublish},
    {Method::Delete, "/channel/{channel}/client/{client}", kClientDelete},
    {Method::Post, "/publish", kBatch},
    {Method::Get, "/status", kStatus},
    {Method::Get, "/", kRoot},
};

Match match(Method method, std::string_view path) {
  static const Router kRouter(kRoutes);
  return kRouter.match(method, path);
}

}  // namespace

TEST_CASE("a path finds its route and its names") {
  CHECK(match(Method::Get, "/status").id == kStatus);
  CHECK(match(Method::Get, "/status").paramCount() == 0);
  CHECK(match(Method::Get, "/").id == kRoot);
  CHECK(match(Method::Post, "/publish").id == kBatch);
  const auto stream = match(Method::Get, "/channel/news");
  CHECK(stream.outcome == Match::Outcome::Found);
  CHECK(stream.id == kStream);
  REQUIRE(stream.paramCount() == 1);
  CHECK(stream.param(0) == "news");
  CHECK(match(Method::Post, "/channel/news").id == kPublish);
  const auto client = match(Method::Delete, "/channel/a%2Fb/client/c+%C3%BC");
  CHECK(client.id == kClientDelete);
  REQUIRE(client.paramCount() == 2);
  CHECK(client.param(0) == "a/b");
  CHECK(client.param(1) == "c+\xC3\xBC");
}

TEST_CASE("a match may be copied and moved") {
  auto first = match(Method::Get, "/channel/a%2Fb");
  const auto copy = first;  // NOLINT(performance-unnecessary-copy-initialization)
  const auto moved = std::move(first);
  CHECK(copy.param(0) == "a/b");
  CHECK(moved.param(0) == "a/b");
}

TEST_CASE("HEAD is where GET is, OPTIONS is everywhere") {
  CHECK(match(Method::Head, "/channel/a").id == kStream);
  CHECK(match(Method::Head, "/publish").problem.status == 405);
  const auto options = match(Method::Options, "/channel/a/client/b");
  CHECK(options.outcome == Match::Outcome::Options);
  CHECK(options.allow == "GET, HEAD, POST, DELETE, OPTIONS");
  CHECK(match(Method::Options, "*").allow == "GET, HEAD, POST, DELETE, OPTIONS");
  CHECK(match(Method::Options, "/nowhere").problem.status == 404);
}

TEST_CASE("another method is 405 with what is allowed") {
  const auto refused = match(Method::Put, "/channel/a");
  CHECK(refused.outcome == Match::Outcome::Refused);
  CHECK(refused.problem.status == 405);
  CHECK(refused.allow == "GET, HEAD, POST, OPTIONS");
  CHECK(match(Method::Get, "/publish").allow == "POST, OPTIONS");
  CHECK(match(Method::Other, "/status").problem.status == 405);
}

TEST_CASE("unknown and unclean paths are 404") {
  for (const auto* path : {"",
                           "status",
                           "/nowhere",
                           "/status/",
                           "/channel/a/",
                           "/channel/",
                           "/channel//",
                           "//status",
                           "//",
                           "/channel//client/b",
                           "/channel/a//client/b",
                           "/channel/a/client/",
                           "/channel/./client/b",
                           "/channel/../status",
                           "/channel/..",
                           "/channel/%2e",
                           "/channel/%2E%2e",
                           "/channel/.%2e",
                           "/./status",
                           "/STATUS",
                           "/st%61tus",
                           "/channel/a/b",
                           "/channel/a/client/b/c",
                           "/a/b/c/d/e/f/g/h"}) {
    CAPTURE(path);
    CHECK(match(Method::Get, path).problem.status == 404);
    CHECK(match(Method::Get, path).outcome == Match::Outcome::Refused);
  }
  CHECK(match(Method::Get, "/channel/...").param(0) == "...");
  CHECK(match(Method::Get, "/channel/.a").param(0) == ".a");
}

TEST_CASE("a name that cannot be one is 400") {
  for (const auto* name : {"%00", "%0a", "%7f", "%zz", "%C3", "\xFF", "%C2%80", "a%"}) {
    CAPTURE(name);
    const auto refused = match(Method::Get, std::string("/channel/") + name);
    CHECK(refused.outcome == Match::Outcome::Refused);
    CHECK(refused.problem.status == 400);
    CHECK(match(Method::Get, "/channel/a/client/" + std::string(name)).problem.detail.find("{client}") == 0);
  }
  CHECK(match(Method::Get, "/channel/" + std::string(256, 'a')).outcome == Match::Outcome::Found);
  CHECK(match(Method::Get, "/channel/" + std::string(257, 'a')).problem.status == 400);
}
