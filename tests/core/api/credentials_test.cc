#include "api/credentials.h"

#include <doctest/doctest.h>

using namespace sse;
using namespace sse::api;

namespace {

struct Given {
  std::string_view query;
  std::vector<http::Header> headers;
};

Result<Credentials> read(const Given& given) {
  http::Head head;
  head.query = given.query;
  for (const auto& header : given.headers) REQUIRE(head.add(header.name, header.value));
  return credentialsOf(head, "t");
}

/// The token that the plugins are shown, "blank" where one is there and empty.
std::string tokenOf(const Given& given) {
  const auto found = read(given);
  REQUIRE(found.ok());
  AuthRequest question;
  found->putInto(question, "t");
  CHECK((!question.blank || question.token.empty()));
  return question.blank ? "blank" : std::string(question.token);
}

}  // namespace

TEST_CASE("a token is found by header, query and cookie, wherever the cookie stands") {
  CHECK(tokenOf({}).empty());
  CHECK(tokenOf({"x=1&access_token=a%62", {}}) == "ab");
  CHECK(tokenOf({"access_token=q", {{"authorization", "Bearer h"}, {"Cookie", "t=c"}}}) == "h");
  CHECK(tokenOf({"", {{"Cookie", "a=1"}, {"cookie", "t=c"}}}) == "c");
  CHECK(tokenOf({"", {{"Cookie", "a=1; t=c"}, {"Cookie", "t=d"}}}) == "c");
  CHECK(tokenOf({"", {{"Cookie", ""}, {"Cookie", "t=c"}}}) == "c");
  CHECK(tokenOf({"", {{"Cookie", "a="}}}).empty());
}

TEST_CASE("a credential that is there and empty counts, and no other is looked at") {
  CHECK(tokenOf({"access_token=", {}}) == "blank");
  CHECK(tokenOf({"access_token", {{"Cookie", "t=c"}}}) == "blank");
  CHECK(tokenOf({"access_token=q", {{"Authorization", ""}}}) == "blank");
  CHECK(tokenOf({"", {{"Cookie", "t=; t=c"}}}) == "blank");
  CHECK(tokenOf({"", {{"Cookie", "t="}, {"Cookie", "t=c"}}}) == "blank");
  CHECK(tokenOf({"access_token=q", {{"Cookie", "t="}}}) == "q");
}

TEST_CASE("what cannot be told is an error that does not repeat it") {
  const Given wrong[] = {{"access_token=secret%zz", {}},
                         {"access_token=secret%2", {}},
                         {"%zz=1&access_token=secret", {}},
                         {"access_token=secret&access_token=secret", {}},
                         {"access_token=&access%5Ftoken=secret", {}},
                         {"", {{"Authorization", ""}, {"authorization", "Bearer secret"}}}};
  for (const auto& given : wrong) {
    const auto found = read(given);
    REQUIRE_FALSE(found.ok());
    CHECK(found.error().code == Code::InvalidArgument);
    CHECK(found.error().text.find("secret") == std::string::npos);
  }
}
