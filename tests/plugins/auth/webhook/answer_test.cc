#include "auth/webhook/answer.h"

#include <doctest/doctest.h>

#include "auth/webhook/answer_cache.h"
#include "auth/webhook/question.h"
#include "sse/conformance/fake_metrics.h"

using namespace sse;
using namespace std::chrono_literals;
using webhook::Answer;
using Verdict = Decision::Verdict;

namespace {

const auto kNow = std::chrono::system_clock::time_point(1'000'000s);

Result<Answer> read(const std::string& body, int status = 200, const std::string& cache = "") {
  return webhook::readAnswer({status, cache, body, true});
}

Decision decide(const Answer& answer, Action action = Action::Publish, std::string_view channel = "news") {
  return webhook::decide(answer, action, {&channel, 1}, true, kNow);
}

webhook::Key key(unsigned char first, unsigned char last = 0) {
  webhook::Key made{};
  made.front() = first;
  made.back() = last;
  return made;
}

}  // namespace

TEST_CASE("an answer allows just what was asked") {
  const auto answer = read(R"({"allow": true, "identity": "7", "expires": 1000001, "ttl": 1.5, "other": []})");
  REQUIRE(answer.ok());
  const auto decision = decide(*answer);
  CHECK(decision.verdict == Verdict::Allow);
  CHECK(decision.identity == "7");
  CHECK(decision.expires == kNow + 1s);
  CHECK(answer->keep == 1500ms);
  CHECK(webhook::decide(*answer, Action::Publish, {}, true, kNow + 1s).verdict == Verdict::Unauthorized);
}

TEST_CASE("credentials that end later than the clock can say are good until it ends") {
  for (const auto* expires : {"4102444800", "9000000000", "9223372037", "9999999999", "253402300799"}) {
    CAPTURE(expires);
    const auto decision = decide(*read(std::string(R"({"allow": true, "expires": )") + expires + "}"));
    CHECK(decision.verdict == Verdict::Allow);
    REQUIRE(decision.expires);
    CHECK(*decision.expires > kNow + std::chrono::years(50));
  }
}

TEST_CASE("an answer with patterns allows what they say") {
  const auto answer = read(R"({"identity": "7", "publish": ["news"], "subscribe": ["user-{sub}", "room/*"]})");
  REQUIRE(answer.ok());
  CHECK(decide(*answer).verdict == Verdict::Allow);
  CHECK(decide(*answer, Action::Publish, "other").verdict == Verdict::Deny);
  CHECK(decide(*answer, Action::Subscribe, "user-7").verdict == Verdict::Allow);
  CHECK(decide(*answer, Action::Admin).verdict == Verdict::Deny);
  CHECK(webhook::decide(*answer, Action::Publish, {}, true, kNow).verdict == Verdict::Deny);
}

TEST_CASE("refusals are taken with any body, and tell their reason where they have one") {
  CHECK(decide(*read("<html>", 401)).verdict == Verdict::Unauthorized);
  CHECK(decide(*read("", 403)).verdict == Verdict::Deny);
  CHECK(decide(*read(R"({"allow": false, "reason": "not paid"})")).reason == "not paid");
  CHECK(decide(*read(R"({"reason": "not paid"})", 403)).reason == "not paid");
  CHECK(decide(*read(R"({"allow": true, "publish": ["*"]})", 403)).verdict == Verdict::Deny);
  CHECK(decide(*read(R"({"reason": 7, "ttl": "x"})", 401)).verdict == Verdict::Unauthorized);
  CHECK(decide(*read("", 401)).challenge == "Bearer error=\"invalid_token\"");
  CHECK(webhook::decide(*read("", 401), Action::Publish, {}, false, kNow).challenge == "Bearer");
}

TEST_CASE("what is not beyond doubt is no answer") {
  for (const int status : {100, 201, 204, 301, 302, 307, 400, 404, 429, 500, 503}) {
    CAPTURE(status);
    CHECK_FALSE(read(R"({"allow": true})", status).ok());
  }
  const std::string long_name(257, 'x');
  for (const auto& body : {std::string(),
                           std::string("null"),
                           std::string("true"),
                           std::string("[]"),
                           std::string("<html></html>"),
                           std::string("{"),
                           std::string("{}"),
                           std::string(R"({"alow": true})"),
                           std::string(R"({"allow": "true"})"),
                           std::string(R"({"allow": 1})"),
                           std::string(R"({"allow": null})"),
                           std::string(R"({"allow": true, "publish": []})"),
                           std::string(R"({"publish": "news"})"),
                           std::string(R"({"publish": [7]})"),
                           std::string(R"({"allow": true, "identity": 7})"),
                           std::string(R"({"allow": true, "expires": "soon"})"),
                           std::string(R"({"allow": true, "expires": 1e300})"),
                           std::string(R"({"allow": true, "ttl": -1})"),
                           std::string(R"({"allow": true, "ttl": 1e99})"),
                           R"({"allow": true, "identity": ")" + long_name + R"("})",
                           std::string("{\"allow\": true, \"identity\": \"\xff\"}"),
                           std::string(60'000, '[')}) {
    CAPTURE(body);
    CHECK_FALSE(read(body).ok());
  }
}

TEST_CASE("how long an answer may be remembered is what it says, before what its head says") {
  CHECK(read(R"({"allow": true})")->keep == 0ms);
  CHECK(read(R"({"allow": true})", 200, "max-age=60")->keep == 60s);
  CHECK(read(R"({"allow": true, "ttl": 0})", 200, "max-age=60")->keep == 0ms);
  CHECK(read("", 401, "max-age=60")->keep == 60s);
  CHECK(read(R"({"allow": true})", 200, "no-store")->keep == 0ms);
}

TEST_CASE("remembered answers end at their time, and the one that ends first makes room") {
  conformance::FakeMetrics metrics;
  auto& entries = metrics.gauge("entries", "");
  const auto answer = std::make_shared<const Answer>();
  const Clock::time_point now{1h};
  webhook::AnswerCache cache(16 * 2, entries);
  cache.add(key(1), answer, now + 10s);
  cache.add(key(2), answer, now + 5s);
  CHECK(cache.find(key(1), now) == answer);
  CHECK(cache.find(key(1), now + 10s) == nullptr);
  CHECK(cache.find(key(9), now) == nullptr);
  cache.add(key(3), answer, now + 20s);
  CHECK(cache.find(key(2), now) == nullptr);
  CHECK(cache.find(key(3), now) == answer);
  cache.add(key(3), answer, now + 30s);
  CHECK(cache.find(key(3), now + 25s) == answer);
  CHECK(entries.value() == 2);
  for (int i = 0; i < 1000; ++i) {
    cache.add(key(static_cast<unsigned char>(i), static_cast<unsigned char>(i >> 2)), answer, now + 1s);
  }
  CHECK(entries.value() == 32);
  cache.close();
  CHECK(cache.find(key(3), now) == nullptr);
  cache.add(key(3), answer, now + 30s);
  CHECK(entries.value() == 0);
  webhook::AnswerCache none(0, entries);
  none.add(key(1), answer, now + 10s);
  CHECK(none.find(key(1), now) == nullptr);
}

TEST_CASE("requests that differ in anything that the endpoint is told have different keys") {
  const std::vector<std::string> headers{"x-key", "cookie"};
  const auto keys = [&](const AuthRequest& request) {
    const auto credentials = webhook::credentialsKey(request, headers);
    return std::pair(credentials, webhook::questionKey(request, credentials));
  };
  const std::vector<std::string_view> channels{"a", "bc"};
  const std::vector<std::string_view> others{"ab", "c"};
  const std::vector<HeaderLine> lines{{"X-Key", "1"}};
  const std::vector<HeaderLine> cookies{{"cookie", "1"}};
  AuthRequest base;
  base.method = "GET";
  base.channels = channels;
  base.token = "t";
  base.remote_address = "192.0.2.1";
  base.headers = lines;
  CHECK(keys(base) == keys(base));
  auto other = base;
  other.channels = others;
  CHECK(keys(other).first == keys(base).first);
  CHECK(keys(other).second != keys(base).second);
  (other = base).client = "c";
  CHECK(keys(other).second != keys(base).second);
  (other = base).action = Action::Admin;
  CHECK(keys(other).second != keys(base).second);
  (other = base).method = "HEAD";
  CHECK(keys(other).second != keys(base).second);
  (other = base).token = "u";
  CHECK(keys(other).first != keys(base).first);
  (other = base).remote_address = "192.0.2.2";
  CHECK(keys(other).first != keys(base).first);
  (other = base).headers = cookies;
  CHECK(keys(other).first != keys(base).first);
  other.headers = {};
  CHECK(keys(other).first != keys(base).first);
}
