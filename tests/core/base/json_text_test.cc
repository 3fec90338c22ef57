#include "base/json_text.h"

#include <doctest/doctest.h>
#include <random>
#include <string>

#include <nlohmann/json.hpp>

namespace {

std::string jsonString(std::string_view text) {
  std::string out;
  sse::base::appendJsonString(out, text);
  return out;
}

}  // namespace

TEST_CASE("a JSON string escapes what it must and leaves the rest") {
  CHECK(jsonString("") == R"("")");
  CHECK(jsonString("plain / text") == R"("plain / text")");
  CHECK(jsonString("a\"b\\c\n\r\t\x01\x1f\x7f") == R"("a\"b\\c\n\r\t\u0001\u001f\u007f")");
  CHECK(jsonString(std::string_view("\0x", 2)) == R"("\u0000x")");
  CHECK(jsonString("\xC3\xBC \xF0\x9F\x90\xBF") == "\"\xC3\xBC \xF0\x9F\x90\xBF\"");
}

TEST_CASE("each byte that is no UTF-8 becomes U+FFFD") {
  CHECK(jsonString("a\xFF\x80z") == "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\"");
  CHECK(jsonString("\xE2\x82") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("any bytes become a string that another parser reads") {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(random() % 40, '\0');
    for (auto& each : bytes) each = static_cast<char>(random() % 256);
    const auto text = jsonString(bytes);
    CHECK(nlohmann::json::accept(text));
  }
}
