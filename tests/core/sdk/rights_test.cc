#include "sse/rights.h"

#include <doctest/doctest.h>

#include "sse/credentials.h"

using namespace sse;
using Json = nlohmann::json;

TEST_CASE("patterns match exact names, prefixes and the identity") {
  CHECK(matchesPattern("news", "news", ""));
  CHECK_FALSE(matchesPattern("news", "news2", ""));
  CHECK_FALSE(matchesPattern("news", "new", ""));
  CHECK(matchesPattern("*", "anything", ""));
  CHECK(matchesPattern("a/*", "a/b", ""));
  CHECK_FALSE(matchesPattern("a/*", "b/a/", ""));
  CHECK(matchesPattern("user-{sub}", "user-7", "7"));
  CHECK(matchesPattern("user-{sub}/*", "user-7/inbox", "7"));
  CHECK_FALSE(matchesPattern("user-{sub}", "user-77", "7"));
  CHECK_FALSE(matchesPattern("user-{sub}", "user-", ""));
  CHECK_FALSE(matchesPattern("user-{sub}", "user-anything", "*"));
  CHECK(matchesPattern("{sub}-{sub}", "a-a", "a"));
  CHECK_FALSE(matchesPattern("{sub}-{sub}", "a-b", "a"));
  CHECK_FALSE(matchesPattern("", "a", ""));
}

TEST_CASE("rights are per action and all of the channels must be allowed") {
  const auto rights = Rights::read({{"publish", {"a", "b"}}, {"admin", {"*"}}});
  REQUIRE(rights.ok());
  const std::vector<std::string_view> both = {"a", "b"};
  const std::vector<std::string_view> more = {"a", "c"};
  CHECK(rights.value().allows(Action::Publish, both, ""));
  CHECK_FALSE(rights.value().allows(Action::Publish, more, ""));
  CHECK_FALSE(rights.value().allows(Action::Publish, {}, ""));
  CHECK_FALSE(rights.value().allows(Action::Subscribe, both, ""));
  CHECK(rights.value().allows(Action::Admin, {}, ""));
  CHECK_FALSE(Rights::read(Json::array()).ok());
  CHECK_FALSE(Rights::read({{"publish", "a"}}).ok());
  CHECK_FALSE(Rights::read({{"publish", {1}}}).ok());
}

TEST_CASE("a token comes by header, else by query, else by cookie") {
  AuthRequest request;
  CHECK(tokenOf(request, "t").empty());
  CHECK_FALSE(request.hasCredentials());
  request.cookie = "a=b; xt=1;t=\"c\" ; t=d";
  CHECK(tokenOf(request, "t") == "c");
  CHECK(tokenOf(request, "a") == "b");
  CHECK(tokenOf(request, "b").empty());
  request.access_token = "q";
  CHECK(tokenOf(request, "t") == "q");
  request.authorization = "bEARER  h ";
  CHECK(tokenOf(request, "t") == "h");
  request.authorization = "Basic YTpi";
  CHECK(tokenOf(request, "t").empty());
  CHECK(request.hasCredentials());
  for (const auto* none : {"Bearer", "Bearer ", "Bearerx"}) CHECK(bearerOf(none).empty());
}

TEST_CASE("a cookie that is there and empty is another thing than none") {
  CHECK(cookieOf("a=1; t=; t=2", "t") == std::string_view());
  CHECK(cookieOf("t=\"\"", "t") == std::string_view());
  for (const auto* none : {"", "a=t", "t", "xt=1", "t ;a=1"}) CHECK_FALSE(cookieOf(none, "t").has_value());
  AuthRequest request;
  request.blank = true;
  CHECK(request.hasCredentials());
}
