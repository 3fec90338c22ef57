#include "auth/jwt/claims.h"

#include <doctest/doctest.h>

using namespace sse;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

jwt::Issuer issuer() {
  jwt::Issuer issuer;
  issuer.rights_claim = "sse";
  issuer.identity_claim = "sub";
  issuer.leeway = 30s;
  return issuer;
}

const jwt::Time kNow = jwt::Time(std::chrono::seconds(1'000'000));

bool refused(const Json& claims, const jwt::Issuer& by, jwt::Time now = kNow) {
  const auto grant = jwt::readClaims(claims, by);
  return !grant.ok() || grant.value().refusal(now).has_value();
}

}  // namespace

TEST_CASE("exp and nbf are checked with leeway") {
  CHECK_FALSE(refused({{"exp", 1'000'010}}, issuer()));
  CHECK_FALSE(refused({{"exp", 999'971}}, issuer()));
  CHECK(refused({{"exp", 999'970}}, issuer()));
  CHECK_FALSE(refused({{"nbf", 1'000'030}}, issuer()));
  CHECK(refused({{"nbf", 1'000'031}}, issuer()));
  CHECK_FALSE(refused({{"exp", 1'000'010.5}}, issuer()));
  for (const Json& bad : {Json("1000010"), Json(-1), Json(1e300), Json(nullptr), Json(true)}) {
    CAPTURE(bad.dump());
    CHECK(refused({{"exp", bad}}, issuer()));
    CHECK(refused({{"nbf", bad}}, issuer()));
  }
  CHECK(refused({{"nbf", 10'000'000'000}}, issuer()));
  CHECK_FALSE(refused({{"exp", 10'000'000'000}}, issuer()));
  auto strict = issuer();
  CHECK_FALSE(refused(Json::object(), strict));
  strict.expiry_required = true;
  CHECK(refused(Json::object(), strict));
}

TEST_CASE("a stream ends at exp, or after the leeway where that alone carries it") {
  const auto grant = jwt::readClaims({{"exp", 1'000'010}}, issuer());
  REQUIRE(grant.ok());
  CHECK(grant.value().endOfStream(kNow) == jwt::Time(1'000'010s));
  CHECK(grant.value().endOfStream(kNow + 15s) == jwt::Time(1'000'040s));
  CHECK_FALSE(jwt::readClaims(Json::object(), issuer()).value().endOfStream(kNow).has_value());
}

TEST_CASE("iss and aud are checked where they are configured") {
  auto by = issuer();
  CHECK_FALSE(refused({{"iss", "x"}, {"aud", "y"}}, by));
  by.names = {"https://a.test", "https://b.test"};
  by.audience = {"sse"};
  CHECK_FALSE(refused({{"iss", "https://b.test"}, {"aud", "sse"}}, by));
  CHECK_FALSE(refused({{"iss", "https://b.test"}, {"aud", {"x", "sse"}}}, by));
  CHECK(refused({{"iss", "https://c.test"}, {"aud", "sse"}}, by));
  CHECK(refused({{"iss", {"https://a.test"}}, {"aud", "sse"}}, by));
  CHECK(refused({{"aud", "sse"}}, by));
  CHECK(refused({{"iss", "https://a.test"}}, by));
  CHECK(refused({{"iss", "https://a.test"}, {"aud", {"x", 1}}}, by));
}

TEST_CASE("identity and rights come from the claims that are configured") {
  auto by = issuer();
  by.identity_claim = "user";
  by.rights_claim = "/realm/sse";
  const auto grant = jwt::readClaims({{"user", "me"}, {"realm", {{"sse", {{"publish", {"a"}}}}}}}, by);
  REQUIRE(grant.ok());
  CHECK(grant.value().identity == "me");
  CHECK(grant.value().rights.publish == std::vector<std::string>{"a"});
  CHECK(jwt::readClaims({{"realm", 1}}, by).value().rights.publish.empty());
  for (const Json& bad : {Json(""), Json(7), Json("a\nb"), Json(std::string(257, 'x'))}) {
    CHECK_FALSE(jwt::readClaims({{"user", bad}}, by).ok());
  }
  CHECK_FALSE(jwt::readClaims({{"realm", {{"sse", "all"}}}}, by).ok());
}
