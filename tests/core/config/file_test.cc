#include "config/file.h"

#include <doctest/doctest.h>
#include <random>

#include "core/config/sample.h"

namespace sse::config {
namespace {

constexpr std::string_view kGood = R"({
  "http": {"port": 8081, "cors": {"enabled": true}},
  "auth": ["open"], "auth.cookie": "sse\u00e4\n",
  "history": {
    "max_age": "10m",
    "budget": 1048576
  },
  "gossip": {"hosts": "a:1,b:2", "port": 42000, "secret_key": "0123456789abcdef"}
})";

bool never(const std::string& /*path*/) { return false; }

/// One to eight random edits: a byte changed, taken out or put in, or a piece doubled.
std::string mutated(std::string text, std::mt19937& random) {
  constexpr std::string_view kBytes = "{}[]\",:\\ \n\t0123456789eE+-.truefalsn\xff\xc3";
  const auto pick = [&](std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random); };
  for (auto edits = 1 + pick(8); edits > 0 && !text.empty(); --edits) {
    const auto at = pick(text.size());
    switch (pick(4)) {
      case 0: text[at] = kBytes[pick(kBytes.size())]; break;
      case 1: text.erase(at, 1 + pick(8)); break;
      case 2: text.insert(at, 1, kBytes[pick(kBytes.size())]); break;
      default: text.insert(at, text.substr(pick(text.size()), pick(40)));
    }
  }
  return text;
}

}  // namespace

TEST_CASE("every value comes with its path and the line of its key") {
  const auto content = parseFile("{\"a\":\n{\"b\"\n: 1,\n\n\"c\": [1,\n2], \"d\": {}}\n, \"e.f\": true}", never);
  CHECK(content.error.empty());
  REQUIRE(content.entries.size() == 4);
  CHECK(content.entries[0].path == "a.b");
  CHECK(content.entries[0].line == 2);
  CHECK(content.entries[1].path == "a.c");
  CHECK(content.entries[1].line == 5);
  CHECK(content.entries[1].value == nlohmann::json{1, 2});
  CHECK(content.entries[2].path == "a.d");
  CHECK(content.entries[2].line == 6);
  CHECK(content.entries[2].value == nlohmann::json::object());
  CHECK(content.entries[3].path == "e.f");
  CHECK(content.entries[3].line == 7);
}

TEST_CASE("a number right before a line break does not shift the lines") {
  const auto content = parseFile("{\"a\":1\n,\"b\":2\n}", never);
  REQUIRE(content.entries.size() == 2);
  CHECK(content.entries[0].line == 1);
  CHECK(content.entries[1].line == 2);
}

TEST_CASE("deep nesting is refused without deep recursion") {
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  CHECK(parseFile(objects, never).error == ":1: expected at most 32 objects in one another");
  CHECK(parseFile("{\"a\":" + std::string(500'000, '[') + std::string(500'000, ']') + "}", never).error.empty());
}

TEST_CASE("no mutation of a good file crashes, and each is judged") {
  std::mt19937 random(20190401);
  const auto registry = sampleRegistry();
  Sources sources;
  REQUIRE(sources.file(kGood).errors() == Texts{});
  std::size_t refused = 0;
  for (int i = 0; i < 3000; ++i) {
    const auto loaded = sources.file(mutated(std::string(kGood), random)).load(registry);
    CHECK(loaded.values.settingsJson("core").size() > 2);
    refused += loaded.errors.empty() ? 0 : 1;
    for (const auto& error : loaded.errors) CHECK(error.find('\n') == std::string::npos);
  }
  CHECK(refused > 1000);
}

}  // namespace sse::config
