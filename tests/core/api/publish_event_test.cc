#include "api/publish_event.h"

#include <doctest/doctest.h>

using namespace sse;
using namespace sse::api;
using http::MediaType;

namespace {

/// What is wrong with a JSON body; empty: nothing.
std::string wrong(const std::string& body) {
  const auto event = parsePublish(MediaType::Json, body);
  if (event) return "";
  CHECK(event.error().code == Code::InvalidArgument);
  return event.error().text;
}

std::string withId(const std::string& id) { return R"({"data":1,"id":")" + id + "\"}"; }
std::string withEvent(const std::string& event) { return R"({"data":1,"event":")" + event + "\"}"; }

}  // namespace

TEST_CASE("a text body is the data") {
  const auto event = parsePublish(MediaType::Text, "one\ntwo");
  CHECK(event->data == "one\ntwo");
  CHECK(parsePublish(MediaType::Text, "")->data == "");
  CHECK(parsePublish(MediaType::Text, "\xff").error().code == Code::InvalidArgument);
}

TEST_CASE("another media type, and none, is unsupported") {
  for (const auto type : {MediaType::None, MediaType::Other, MediaType::Ndjson}) {
    CHECK(parsePublish(type, "{}").error().code == Code::Unsupported);
  }
}

TEST_CASE("an object's members are taken, its data byte for byte") {
  const std::string body = R"( {"event": "e\u0041", "data" :  [1.0e0,  "x"] , "id":"my id","retry":7,"channel":"c"} )";
  const auto event = parsePublish(MediaType::Json, body);
  REQUIRE(event.ok());
  CHECK(event->data == R"([1.0e0,  "x"])");
  CHECK(event->event == "eA");
  CHECK(event->id == "my id");
  CHECK(event->retry_ms == 7);
  CHECK(event->channel == "c");
}

TEST_CASE("an object needs data or retry") {
  CHECK(wrong(R"({"retry":0})").empty());
  CHECK(wrong(R"({"data":null})").empty());
  CHECK_FALSE(wrong(R"({"event":"e"})").empty());
  CHECK_FALSE(wrong("[]").empty());
  CHECK_FALSE(wrong(R"({"data":1} x)").empty());
}

TEST_CASE("an id is 1 to 128 printable ASCII characters without a space at either end") {
  CHECK(wrong(withId("a b~!")).empty());
  CHECK(wrong(withId(std::string(128, 'i'))).empty());
  for (const char* id : {"", " a", "a ", "a\\tb", "a\\n", "\\u0000", "\\u00e9", "\\u007f"}) {
    CAPTURE(id);
    CHECK(wrong(withId(id)).find("id: ") == 0);
  }
  CHECK(wrong(withId(std::string(129, 'i'))).find("id: ") == 0);
}

TEST_CASE("an id of our own shape is refused, one that only resembles it is not") {
  CHECK(wrong(withId("1-abcd0123")).find("id: ") == 0);
  CHECK(wrong(withId("1-abcd0123~2-abcd0124")).find("id: ") == 0);
  CHECK(wrong(withId("01-abcd0123")).empty());
  CHECK(wrong(withId("1-abcd012z")).empty());
}

TEST_CASE("an event's name has no control characters and is none of ours") {
  CHECK(wrong(withEvent("order: sold \u00e9")).empty());
  CHECK(wrong(withEvent("")).empty());
  for (const char* event : {"a\\nb", "a\\r", "\\u0000", "\\u007f", "gap", "token-expiring"}) {
    CAPTURE(event);
    CHECK(wrong(withEvent(event)).find("event: ") == 0);
  }
}

TEST_CASE("an event becomes an entry with all its parts") {
  const std::string body = R"({"event":"e","data":"a","id":"i","retry":7})";
  const auto event = parsePublish(MediaType::Json, body);
  const auto entry = makeEntry(*event, EventKind::Client, "news", "bob", "key");
  CHECK(entry->kind() == EventKind::Client);
  CHECK(entry->channel() == "news");
  CHECK(entry->client() == "bob");
  CHECK(entry->publisherId() == "i");
  CHECK(entry->idempotency() == "key");
  CHECK(entry->body() == "event: e\ndata: \"a\"\nretry: 7\n");
}

TEST_CASE("from an original node, what is empty counts as absent") {
  const std::string body =
      R"({"id":"","event":"","data":{"a":1},"channel":"c","retry":0,"been_to":["o1"],"other":[1]})";
  const auto event = parsePublish(MediaType::Json, body, Sender::OriginalNode);
  REQUIRE(event.ok());
  CHECK(event->id.empty());
  CHECK(event->event.empty());
  CHECK(event->data == R"({"a":1})");
  CHECK_FALSE(event->retry_ms);
  CHECK(event->been_to == R"(["o1"])");
  CHECK_FALSE(parsePublish(MediaType::Json, body).ok());
}

TEST_CASE("from an original node, message is no name, and null no data beside a retry") {
  const auto from = [](const std::string& members) {
    const std::string body = "{" + members + R"(,"been_to":["o1"]})";
    const auto event = parsePublish(MediaType::Json, body, Sender::OriginalNode);
    REQUIRE(event.ok());
    return std::make_pair(event->event, std::optional<std::string>(event->data));
  };
  CHECK(from(R"("data":1,"event":"message")").first.empty());
  CHECK(from(R"("data":1,"event":"tick")").first == "tick");
  CHECK(from(R"("data":null)").second == "null");
  CHECK(from(R"("data":null,"retry":0)").second == "null");
  CHECK_FALSE(from(R"("data":null,"retry":5)").second);
  CHECK(from(R"("retry":0)").second == "null");
}

TEST_CASE("from an original node, an id that clients could not bear is left out") {
  const auto id = [](const std::string& id) {
    const std::string body = R"({"data":1,"been_to":["o1"],"id":")" + id + "\"}";
    const auto event = parsePublish(MediaType::Json, body, Sender::OriginalNode);
    REQUIRE(event.ok());
    return event->id;
  };
  CHECK(id("own 1") == "own 1");
  for (const auto* bad : {"41-0a1b2c3d", " a", "\\u00e9"}) CHECK(id(bad).empty());
}

TEST_CASE("been_to counts only from an original node, and only if it names one") {
  const std::string forged = R"({"data":1,"been_to":["o1"],"event":"message"})";
  const auto plain = parsePublish(MediaType::Json, forged);
  CHECK(plain->been_to.empty());
  CHECK(plain->names_nodes);
  CHECK(plain->event == "message");
  for (const auto* none : {R"({"data":1,"been_to":[],"id":""})", R"({"data":1,"been_to":null,"id":""})"}) {
    CHECK_FALSE(parsePublish(MediaType::Json, none, Sender::OriginalNode).ok());
  }
  CHECK_FALSE(parsePublish(MediaType::Json, R"({"data":1,"been_to":"o1"})", Sender::OriginalNode).ok());
  CHECK(parsePublish(MediaType::Json, R"({"data":1,"been_to":"o1"})").ok());
}
