#include "base/utf8.h"

#include <cstdint>
#include <cstring>

namespace sse::base {
namespace {

bool continues(unsigned char byte) { return (byte & 0xC0) == 0x80; }

}  // namespace

std::size_t utf8Character(std::string_view text) {
  if (text.empty()) return 0;
  const auto at = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  const unsigned second = at(1);
  if (!continues(second)) return 0;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (!continues(at(2))) return 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  if (!continues(at(3)) || first < 0xF0 || first > 0xF4) return 0;
  const bool overlong = first == 0xF0 && second < 0x90;
  const bool too_great = first == 0xF4 && second > 0x8F;
  return overlong || too_great ? 0 : 4;
}

bool validUtf8(std::string_view text) {
  while (!text.empty()) {
    std::uint64_t word = 0;
    if (text.size() >= sizeof word) {
      std::memcpy(&word, text.data(), sizeof word);
      if ((word & 0x8080808080808080U) == 0) {
        text.remove_prefix(sizeof word);
        continue;
      }
    }
    const auto length = utf8Character(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool hasControl(std::string_view text) {
  // C1 begins with C2.
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
  }
  return false;
}

void appendUtf8(std::string& out, char32_t code) {
  const auto tail = [&out, code](int shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    tail(12), tail(6), tail(0);
  }
}

}  // namespace sse::base
