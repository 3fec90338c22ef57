#include "base/tag.h"

#include <doctest/doctest.h>
#include <set>
#include <string>

using namespace sse;

TEST_CASE("a random tag reads back and is not the last one") {
  std::set<Tag> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto tag = base::randomTag();
    CHECK(base::parseTag(text(tag)) == tag);
    seen.insert(tag);
  }
  CHECK(seen.size() == 1000);
}

TEST_CASE("eight characters of 0-9 and a-v are a tag, nothing else is") {
  CHECK(base::parseTag("0189avbk"));
  for (const char* text : {"", "0189avb", "0189avbkk", "0189avbw", "0189avbA", "0189 vbk", "0189avb-"}) {
    CHECK_FALSE(base::parseTag(text));
  }
  CHECK_FALSE(base::parseTag(std::string_view("0189avb\0", 8)));
}

TEST_CASE("a stable hash depends on every byte, on the length and on the seed, and on nothing else") {
  CHECK(base::stableHash("", 1) != base::stableHash("", 2));
  std::set<std::uint64_t> seen;
  std::string text(40, 'x');
  for (std::size_t size = 0; size <= text.size(); ++size) seen.insert(base::stableHash(text.substr(0, size), 1));
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto other = text;
    other[i] = 'y';
    seen.insert(base::stableHash(other, 1));
  }
  seen.insert(base::stableHash(std::string(3, '\0'), 1));
  seen.insert(base::stableHash(std::string(4, '\0'), 1));
  CHECK(seen.size() == 41 + 40 + 2);
  CHECK(base::stableHash("the same in every process", 3) == base::stableHash("the same in every process", 3));
}

TEST_CASE("names hash the same within a process") {
  CHECK(base::hashName("a") == base::hashName(std::string("a")));
  CHECK(base::hashName("a") != base::hashName("b"));
}

TEST_CASE("random numbers differ") { CHECK(base::randomNumber() != base::randomNumber()); }
