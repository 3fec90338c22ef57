#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. All functions: [any]
namespace sse::base {

/// Bytes of the character that `text` begins with, 1 to 4; 0 where it begins with none (also when empty or cut off).
[[nodiscard]] std::size_t utf8Character(std::string_view text);

/// Whether all of `text` is UTF-8.
[[nodiscard]] bool validUtf8(std::string_view text);

/// Whether there is a control character in `text`, which is UTF-8: C0, DEL or C1 (U+0080 to U+009F).
[[nodiscard]] bool hasControl(std::string_view text);

/// Appends the character `code`, which is at most 0x10FFFF and no surrogate.
void appendUtf8(std::string& out, char32_t code);

}  // namespace sse::base
