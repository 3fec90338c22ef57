#include "api/routes.h"

#include <doctest/doctest.h>

using namespace sse;
using namespace sse::api;

TEST_CASE("every route of the contract leads to its verb") {
  struct Row {
    http::Method method;
    const char* path;
    Verb verb;
  };
  using http::Method;
  const Row rows[] = {{Method::Get, "/subscribe/a", Verb::Subscribe},
                      {Method::Head, "/subscribe/a", Verb::Subscribe},
                      {Method::Get, "/channel/a", Verb::Subscribe},
                      {Method::Get, "/subscribe", Verb::SubscribeMany},
                      {Method::Get, "/channel/a/client/c", Verb::SubscribeClient},
                      {Method::Post, "/publish/a", Verb::Publish},
                      {Method::Post, "/channel/a", Verb::Publish},
                      {Method::Post, "/channel/a/client/c", Verb::PublishClient},
                      {Method::Post, "/channel", Verb::PublishAll},
                      {Method::Post, "/publish", Verb::PublishBatch},
                      {Method::Delete, "/channel/a/client/c", Verb::DeleteClient},
                      {Method::Delete, "/channel/a", Verb::DeleteChannel},
                      {Method::Get, "/status", Verb::Status},
                      {Method::Get, "/channels", Verb::Channels},
                      {Method::Get, "/channels/a", Verb::Channel},
                      {Method::Get, "/livez", Verb::Live},
                      {Method::Get, "/readyz", Verb::Ready},
                      {Method::Get, "/startupz", Verb::Startup},
                      {Method::Get, "/metrics", Verb::Metrics},
                      {Method::Get, "/console", Verb::Console},
                      {Method::Head, "/console", Verb::Console}};
  for (const auto& row : rows) {
    CAPTURE(row.path);
    const auto match = router().match(row.method, row.path);
    CHECK(match.outcome == http::Match::Outcome::Found);
    CHECK(match.id == static_cast<int>(row.verb));
    CHECK(onAdminPort(row.verb) == (static_cast<int>(row.verb) >= static_cast<int>(Verb::Status)));
  }
}

TEST_CASE("another method is told which ones there are, another path is not found") {
  const auto match = router().match(http::Method::Delete, "/publish/a");
  CHECK(match.problem.status == 405);
  CHECK(match.allow.find("POST") != std::string::npos);
  CHECK(router().match(http::Method::Get, "/nothing").problem.status == 404);
  CHECK(router().match(http::Method::Get, "/channel//client/c").problem.status == 404);
  CHECK(router().match(http::Method::Get, "/console/").problem.status == 404);
}

TEST_CASE("a name in a path is one segment, decoded") {
  const auto match = router().match(http::Method::Get, "/channel/a%2Fb/client/c%20d");
  CHECK(match.param(0) == "a/b");
  CHECK(match.param(1) == "c d");
}
