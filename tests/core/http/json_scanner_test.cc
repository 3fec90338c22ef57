#include "http/json_scanner.h"

#include <doctest/doctest.h>
#include <random>
#include <string>
#include <vector>

#include "support/json_oracle.h"

using namespace sse::http;

namespace {

std::string nested(std::size_t depth, char open, char close) {
  return std::string(depth, open) + std::string(depth, close);
}

std::string refusal(std::string_view json) {
  auto body = scanPublish(json);
  return body ? "" : body.error().text;
}

std::string pick(std::mt19937& random, const std::vector<std::string>& from) { return from[random() % from.size()]; }

std::string makeString(std::mt19937& random) {
  static const std::vector<std::string> kPieces = {
      "a",   "some plain text", "\xC3\xBC",       "\xE2\x82\xAC", "\xF0\x9F\x90\xBF", "\\n", "\\\"", "\\\\",
      "\\/", "\\u00e4",         "\\uD83D\\uDE00", "\x7F"};
  std::string text = "\"";
  for (auto left = random() % 5; left > 0; --left) text += pick(random, kPieces);
  return text + "\"";
}

std::string makeJson(std::mt19937& random, int depth) {
  const auto space = [&random] { return pick(random, {"", "", "", " ", "\n", "\t", "\r\n"}); };
  const auto kind = random() % (depth > 4 ? 3 : 5);
  if (kind == 0) return pick(random, {"true", "false", "null"});
  if (kind == 1)
    return pick(random, {"0", "-0", "1", "-17", "1.5", "2e3", "2E-3", "0.0e+1", "123456789012345678901234567890"});
  if (kind == 2) return makeString(random);
  std::string text = kind == 3 ? "[" : "{";
  const auto members = random() % 4;
  for (unsigned i = 0; i < members; ++i) {
    text += i == 0 ? space() : space() + "," + space();
    if (kind == 4) text += makeString(random) + space() + ":" + space();
    text += makeJson(random, depth + 1);
  }
  return text + space() + (kind == 3 ? "]" : "}");
}

void mutate(std::string& text, std::mt19937& random) {
  static const std::string kBytes = "{}[]\",:\\u0019.eE+-tfn \n\x01\x7F\x80\xC3\xE2\xF0\xFFxD8";
  const auto at = random() % (text.size() + 1);
  const char byte = kBytes[random() % kBytes.size()];
  switch (random() % 3) {
    case 0: text.insert(at, 1, byte); break;
    case 1: text.erase(at, 1 + random() % 3); break;
    default:
      if (at < text.size()) text[at] = byte;
  }
}

}  // namespace

TEST_CASE("JSON of every kind is valid") {
  for (const auto* good : {"0",
                           "-0",
                           "10",
                           "1.25",
                           "1e5",
                           "1E+5",
                           "1e-5",
                           "-1.5e10",
                           "true",
                           "false",
                           "null",
                           "\"\"",
                           "[]",
                           "{}",
                           " [ 1 , 2 ] ",
                           "{\"a\":{\"b\":[null]}}",
                           "\"\\u0000\\b\\f\\n\\r\\t\\/\\\\\\\"\"",
                           "1e99999",
                           "\"\xF0\x9F\x90\xBF\"",
                           "\"\\ud800\"",
                           "\r\n\t 1 \r\n\t",
                           "{\"a\":1,\"a\":2}"}) {
    CAPTURE(good);
    CHECK(validJson(good));
  }
  CHECK(validJson(std::string(5000, '9')));
  CHECK(validJson("\"" + std::string(5000, 'x') + "\""));
}

TEST_CASE("what is not quite JSON is not valid") {
  for (const auto* bad : {"",
                          " ",
                          "01",
                          "-",
                          "+1",
                          ".5",
                          "1.",
                          "1e",
                          "1e+",
                          "0x1",
                          "1 2",
                          "tru",
                          "True",
                          "nul",
                          "NaN",
                          "Infinity",
                          "\"",
                          "\"a",
                          "\"\\",
                          "\"\\x\"",
                          "\"\\u12\"",
                          "\"\\u12g4\"",
                          "\"a\nb\"",
                          "\"\x01\"",
                          "'a'",
                          "[",
                          "]",
                          "[1",
                          "[1,",
                          "[1,]",
                          "[,1]",
                          "[1 2]",
                          "{",
                          "{\"a\"",
                          "{\"a\":",
                          "{\"a\":1",
                          "{\"a\":1,",
                          "{\"a\":1,}",
                          "{a:1}",
                          "{1:1}",
                          "{\"a\" 1}",
                          "{}{}",
                          "[]]",
                          "\"\xFF\"",
                          "\"\xC3\"",
                          "\"\xED\xA0\x80\"",
                          "\"\xC0\x80\"",
                          "\xEF\xBB\xBF{}",
                          "//x\n1",
                          "[1]x",
                          "\xC2\xA0"
                          "1"}) {
    CAPTURE(bad);
    CHECK_FALSE(validJson(bad));
  }
  CHECK_FALSE(validJson(std::string_view("1\0", 2)));
  CHECK_FALSE(validJson(std::string_view("\"\0\"", 3)));
}

TEST_CASE("a special byte is seen at every place of a long string") {
  for (std::size_t at = 0; at < 40; ++at) {
    for (const char byte : {'\x1F', '\0', '\n', '\xFF', '"'}) {
      auto text = "\"" + std::string(40, 'x') + "\"";
      text[at + 1] = byte;
      CHECK_FALSE(validJson(text));
    }
    auto text = "\"" + std::string(40, 'x') + "\"";
    text.replace(at + 1, 1, "\xC3\xBC\\n");
    CHECK(validJson(text));
  }
}

TEST_CASE("nesting is bounded") {
  CHECK(validJson(nested(64, '[', ']')));
  CHECK_FALSE(validJson(nested(65, '[', ']')));
  CHECK_FALSE(validJson(std::string(1000000, '[')));
  CHECK(scanPublish("{\"data\":" + nested(63, '[', ']') + "}").ok());
  CHECK(refusal("{\"data\":" + nested(64, '[', ']') + "}").find("64 levels") != std::string::npos);
}

TEST_CASE("the scanner agrees with another parser on generated and damaged JSON") {
  std::mt19937 random(20240229);
  int valid = 0;
  for (int i = 0; i < 40000; ++i) {
    auto text = makeJson(random, 0);
    for (auto damage = i % 4; damage > 0; --damage) mutate(text, random);
    const auto opinion = test::opinionOn(text, kMaxJsonDepth);
    if (opinion == test::Opinion::Unsure) continue;
    valid += opinion == test::Opinion::Valid ? 1 : 0;
    if (validJson(text) != (opinion == test::Opinion::Valid)) FAIL_CHECK("differs on: " << text);
  }
  CHECK(valid > 10000);
}

TEST_CASE("a publish is taken apart, data exactly as it stood") {
  const auto body = scanPublish(
                        " {\"id\": \"i\\u002d1\", \"data\" :\t {\"a\" : [1, 2.50e+1,\r\n\"x\"]}\n , "
                        "\"event\":\"gr\xC3\xBCn\", \"retry\":1500,"
                        "\"channel\":\"\\ud83d\\ude00\\n\", \"been_to\":[\"n1\"], \"other\": {\"data\": 1}} \n")
                        .value();
  CHECK(body.data == "{\"a\" : [1, 2.50e+1,\r\n\"x\"]}");
  CHECK(body.id == "i-1");
  CHECK(body.event == "gr\xC3\xBCn");
  CHECK(body.retry_ms == 1500U);
  CHECK(body.channel == "\xF0\x9F\x98\x80\n");
  CHECK(body.has_been_to);
  CHECK(body.been_to_span == "[\"n1\"]");
}

TEST_CASE("all but data or retry may be left out or null, and data may be null itself") {
  CHECK(scanPublish("{\"data\":null}").value().data == "null");
  CHECK(scanPublish("{\"data\":\"\"}").value().data == "\"\"");
  CHECK(scanPublish("{\"d\\u0061ta\":1}").value().data == "1");
  CHECK(scanPublish("{\"retry\":0}").value().retry_ms == 0U);
  CHECK_FALSE(scanPublish("{\"retry\":0}").value().data.has_value());
  const auto nulls = scanPublish("{\"data\":1,\"id\":null,\"event\":null,\"retry\":null,\"been_to\":null}").value();
  CHECK_FALSE(nulls.id.has_value());
  CHECK_FALSE(nulls.event.has_value());
  CHECK_FALSE(nulls.retry_ms.has_value());
  CHECK_FALSE(nulls.has_been_to);
}

TEST_CASE("a known member twice is an error, others may repeat") {
  CHECK(refusal("{\"data\":1,\"data\":1}") == "body: data: expected once, got a second");
  CHECK(refusal("{\"data\":1,\"d\\u0061ta\":1}") == "body: data: expected once, got a second");
  CHECK(refusal("{\"\\u0064ata\":1,\"data\":1}") == "body: data: expected once, got a second");
  CHECK(refusal("{\"data\":1,\"id\":\"a\",\"id\":null}").find("id") != std::string::npos);
  CHECK(refusal("{\"data\":1,\"event\":\"a\",\"event\":\"a\"}").find("event") != std::string::npos);
  CHECK(refusal("{\"retry\":1,\"retry\":1}").find("retry") != std::string::npos);
  CHECK(refusal("{\"data\":1,\"channel\":\"a\",\"channel\":\"a\"}").find("channel") != std::string::npos);
  CHECK(refusal("{\"data\":{\"data\":1},\"x\":1,\"x\":2,\"Data\":3}").empty());
}

TEST_CASE("a publish that is none says what was expected") {
  CHECK(refusal("{}") == "body: expected data or retry, got neither");
  CHECK(refusal("{\"id\":\"a\"}") == "body: expected data or retry, got neither");
  CHECK(refusal("[1]") == "body: byte 0: expected an object");
  CHECK(refusal("") == "body: byte 0: expected an object");
  CHECK(refusal("\"data\"") == "body: byte 0: expected an object");
  CHECK(refusal("{\"data\":1} x") == "body: byte 11: expected nothing after the value");
  CHECK(refusal("{\"data\":}") == "body: byte 8: expected a JSON value, or a digit of one");
  CHECK(refusal("{\"data\":\"\xFF\"}") == "body: byte 9: expected UTF-8");
  CHECK(refusal("{\"data\":1,\"other\":01}").find("byte 19") != std::string::npos);
  CHECK(refusal("{\"data\":1,\"id\":5}") == "body: id: expected a string");
  CHECK(refusal("{\"data\":1,\"event\":[]}") == "body: event: expected a string");
  CHECK(refusal("{\"data\":1,\"channel\":{}}") == "body: channel: expected a string");
}

TEST_CASE("retry is a whole number up to 2^53") {
  CHECK(scanPublish("{\"retry\":9007199254740992}").value().retry_ms == 9007199254740992U);
  for (const auto* bad :
       {"-1", "-0", "1.0", "1e3", "9007199254740993", "99999999999999999999999", "\"5\"", "true", "[]"}) {
    CAPTURE(bad);
    CHECK(refusal(std::string("{\"data\":1,\"retry\":") + bad + "}").find("body: retry: ") == 0);
  }
}

TEST_CASE("half a surrogate pair is left alone in data and refused where text is needed") {
  for (const auto* half :
       {"\\ud800", "\\udc00", "\\ud800x", "\\ud800\\n", "\\ud800\\ud800", "\\ud800\\u0041", "\\udc00\\ud800"}) {
    CAPTURE(half);
    const std::string text = std::string("\"") + half + "\"";
    CHECK(scanPublish("{\"data\":" + text + "}").value().data == text);
    CHECK(scanPublish("{" + text + ":1,\"data\":1}").ok());
    CHECK_FALSE(scanPublish("{\"data\":1,\"id\":" + text + "}").ok());
    CHECK_FALSE(scanPublish("{\"data\":1,\"event\":" + text + "}").ok());
  }
  CHECK(scanPublish("{\"data\":1,\"event\":\"\\uDBFF\\uDFFF\\u0000\"}").value().event ==
        std::string("\xF4\x8F\xBF\xBF\0", 5));
}
