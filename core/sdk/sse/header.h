#pragma once

#include <string_view>

namespace sse {

/// ASCII letters compare without regard to case. [any]
[[nodiscard]] inline bool sameWithoutCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

/// A header line. Names compare without regard to case.
struct HeaderLine {
  std::string_view name;
  std::string_view value;  ///< without the white space around it
};

}  // namespace sse
