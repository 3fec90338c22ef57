#include "base/utf8.h"

#include <doctest/doctest.h>
#include <string>

using namespace sse::base;

TEST_CASE("every character that is encoded is read back with its length, and cut short is none") {
  for (char32_t code = 0; code <= 0x10FFFF; code += code < 0x3000 ? 1 : 257) {
    if (code >= 0xD800 && code < 0xE000) continue;
    std::string text;
    appendUtf8(text, code);
    CHECK(utf8Character(text + "x") == text.size());
    CHECK(validUtf8(text));
    if (text.size() > 1) CHECK(utf8Character(text.substr(0, text.size() - 1)) == 0);
  }
}

TEST_CASE("overlong forms, surrogates, what is beyond Unicode and stray bytes are no UTF-8") {
  for (const auto* bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE2\x28\xA1", "\xC3\x28"}) {
    CHECK(utf8Character(bad) == 0);
    CHECK_FALSE(validUtf8(std::string("twelve bytes") + bad));
    CHECK_FALSE(validUtf8(std::string(bad) + "and more behind it"));
  }
  CHECK(utf8Character("") == 0);
  CHECK(validUtf8(""));
  CHECK(validUtf8("plain and \xC3\xBC and \xF0\x9F\x90\xBF, long enough for several words"));
}
