#include "transport/relay/post_body.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sse/conformance/fake_journal.h"

using namespace sse;
using namespace sse::relay;

namespace {

EventView event(std::string_view body) {
  EventView view;
  view.id = {conformance::tagOf("aaaa"), 7};
  view.channel = "c";
  view.body = body;
  return view;
}

std::string bodyOf(const EventView& view) { return postBody(view, {}); }

NodeNames members() {
  NodeNames names;
  for (const auto* name : {"a", "b\"", "a", ""}) names.add(name);
  return names;
}

}  // namespace

TEST_CASE("a body has the fields of an original node") {
  CHECK(postBody(event("event: tick\ndata: {\"x\":1}\nretry: 900\n"), members()) ==
        R"({"id":"7-aaaa0000","event":"tick","channel":"c","data":{"x":1},"retry":900,)"
        R"("been_to":["a","b\"","id:7-aaaa0000"]})");
}

TEST_CASE("an event without a name is called message, a publisher's id is kept") {
  auto view = event("data: 1\n");
  view.publisher_id = "own \"1\"";
  view.kind = EventKind::Broadcast;
  view.channel = {};
  CHECK(bodyOf(view) == R"({"id":"own \"1\"","event":"message","data":1,"been_to":["id:7-aaaa0000"]})");
}

TEST_CASE("data is JSON: as it stood, in one line, or else as a string") {
  const auto data = [](std::string_view body) {
    const auto text = bodyOf(event(body));
    const auto at = text.find("\"data\":") + 7;
    return text.substr(at, text.find(",\"been_to\"") - at);
  };
  CHECK(data("data: {\ndata:   \"a\": [1,\ndata: 2]}\n") == "{   \"a\": [1, 2]}");
  CHECK(data("data: 1e999999\n") == "1e999999");
  CHECK(data("data: \"a\\u0001b\"\n") == "\"a\\u0001b\"");
  CHECK(data("data: plain\ndata: text\n") == "\"plain\\ntext\"");
  CHECK(data("data: {\"a\":\n") == "\"{\\\"a\\\":\"");
  CHECK(data("data: \n") == "\"\"");
  CHECK(data("data: event: x\n") == "\"event: x\"");
}

TEST_CASE("a retry that is no number of milliseconds is left out") {
  CHECK(bodyOf(event("data: 1\nretry: 0\n")).find("\"retry\":0,") != std::string::npos);
  for (const auto* retry : {"1,\"been_to\":[]", "/", "-1", "01", "1e3", "", "1234567890123456789"}) {
    CAPTURE(retry);
    const auto body = bodyOf(event(std::string("data: 1\nretry: ") + retry + "\n"));
    CHECK(body == bodyOf(event("data: 1\n")));
  }
}

TEST_CASE("been_to names the members, then who the event names, then its mark") {
  auto view = event("data: 1\n");
  view.been_to = R"(["o1","a","o2"])";
  const auto body = nlohmann::json::parse(postBody(view, members()));
  CHECK(body["been_to"] == nlohmann::json{"a", "b\"", "o1", "o2", "id:7-aaaa0000"});
  CHECK(namesOf(view.been_to) == std::vector<std::string>{"o1", "a", "o2"});
  CHECK(namesOf("").empty());
  CHECK(namesOf("{").empty());
}

TEST_CASE("only events with data for subscribers are posted") {
  CHECK(isPostable(event("data: 1\n")));
  CHECK(isPostable(event("event: e\ndata: 1\n")));
  CHECK_FALSE(isPostable(event("retry: 1\n")));
  CHECK_FALSE(isPostable(event("event: data: x\nretry: 1\n")));
  for (const auto kind : {EventKind::DeleteChannel, EventKind::CloseClient, EventKind::Hole}) {
    auto view = event("data: 1\n");
    view.kind = kind;
    CHECK_FALSE(isPostable(view));
  }
}

TEST_CASE("paths follow kind and generation and are percent-encoded") {
  auto view = event("data: 1\n");
  view.channel = "a/b c%\xc3\xa4~";
  CHECK(postPath(view, Paths::Late) == "/channel/a%2Fb%20c%25%C3%A4~");
  CHECK(postPath(view, Paths::Early) == "/publish/a%2Fb%20c%25%C3%A4~");
  view.kind = EventKind::Client;
  view.client = "me?";
  CHECK(postPath(view, Paths::Early) == "/channel/a%2Fb%20c%25%C3%A4~/client/me%3F");
  view.kind = EventKind::Broadcast;
  CHECK(postPath(view, Paths::Early) == "/channel");
}

TEST_CASE("JSON is what RFC 8259 says") {
  for (const auto* good :
       {"0", "-0.5e+7", " [ ] ", "{\"a\" : [1,{}]}", "\"\\u00e4\\n\"", "true", "null ", "[[1],[2]]"}) {
    CAPTURE(good);
    CHECK(isJson(good));
  }
  for (const auto* bad : {"", " ", "01", "1.", ".5", "+1", "[1,]", "{\"a\":}", "{a:1}", "{,}", "\"", "\"\\x\"",
                          "\"\\u12g4\"", "\"a\tb\"", "tru", "1 2", "[1", "]", "nan"}) {
    CAPTURE(bad);
    CHECK_FALSE(isJson(bad));
  }
  CHECK(isJson(std::string(200, '[') + std::string(200, ']')));
  CHECK_FALSE(isJson(std::string(100'000, '[')));
}
