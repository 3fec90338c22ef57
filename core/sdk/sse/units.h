#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sse {

/// The units in which options of the types Duration and Size are written.
struct Unit {
  std::string_view name;
  std::int64_t factor;  ///< milliseconds, or bytes
};

inline constexpr std::array<Unit, 5> kDurationUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
inline constexpr std::array<Unit, 4> kSizeUnits{{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}};

/// Takes digits off the front of `text`; nothing where there are none or too many.
inline std::optional<std::int64_t> takeNumber(std::string_view& text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// Milliseconds of "250ms", "15s", "10m", "1h", "1d", "1h30m" (units descending, each once) or "0"; nothing where the
/// text is anything else or does not fit.
inline std::optional<std::int64_t> parseDuration(std::string_view text) {
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  std::int64_t sum = 0;
  std::size_t next = 0;
  while (!text.empty()) {
    const auto number = takeNumber(text);
    if (!number) return std::nullopt;
    const auto name = text.substr(0, text.find_first_of("0123456789"));
    text.remove_prefix(name.size());
    while (next < kDurationUnits.size() && kDurationUnits[next].name != name) ++next;
    if (next == kDurationUnits.size()) return std::nullopt;
    std::int64_t part = 0;
    if (__builtin_mul_overflow(*number, kDurationUnits[next].factor, &part)) return std::nullopt;
    if (__builtin_add_overflow(sum, part, &sum)) return std::nullopt;
    ++next;
  }
  return sum;
}

/// Bytes of "512", "512B", "64KiB", "1MiB" or "1GiB"; nothing where the text is anything else or does not fit.
inline std::optional<std::int64_t> parseSize(std::string_view text) {
  const auto number = takeNumber(text);
  if (!number) return std::nullopt;
  if (text.empty()) return number;
  for (const auto& unit : kSizeUnits) {
    std::int64_t bytes = 0;
    if (unit.name != text) continue;
    if (__builtin_mul_overflow(*number, unit.factor, &bytes)) return std::nullopt;
    return bytes;
  }
  return std::nullopt;
}

}  // namespace sse
