#include "config/units.h"

#include <array>
#include <charconv>

namespace sse::config {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::array<Unit, 5> kDurations{{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 4> kSizes{{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}};

/// Takes digits off the front of `text`; nothing where there are none or too many.
std::optional<std::int64_t> takeNumber(std::string_view& text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::string_view takeLetters(std::string_view& text) {
  const auto letters = text.substr(0, text.find_first_of("0123456789"));
  text.remove_prefix(letters.size());
  return letters;
}

template <std::size_t Count>
std::string format(const std::array<Unit, Count>& units, std::int64_t amount, std::string_view of_zero) {
  if (amount == 0) return "0" + std::string(of_zero);
  for (const auto& unit : units) {
    if (amount % unit.factor == 0) return std::to_string(amount / unit.factor) + std::string(unit.name);
  }
  return std::to_string(amount);
}

}  // namespace

std::optional<std::int64_t> parseDuration(std::string_view text) {
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  std::int64_t sum = 0;
  std::size_t next = 0;
  while (!text.empty()) {
    const auto number = takeNumber(text);
    if (!number) return std::nullopt;
    const auto name = takeLetters(text);
    while (next < kDurations.size() && kDurations[next].name != name) ++next;
    if (next == kDurations.size()) return std::nullopt;
    std::int64_t part = 0;
    if (__builtin_mul_overflow(*number, kDurations[next].factor, &part)) return std::nullopt;
    if (__builtin_add_overflow(sum, part, &sum)) return std::nullopt;
    ++next;
  }
  return sum;
}

std::optional<std::int64_t> parseSize(std::string_view text) {
  const auto number = takeNumber(text);
  if (!number) return std::nullopt;
  if (text.empty()) return number;
  for (const auto& unit : kSizes) {
    std::int64_t bytes = 0;
    if (unit.name != text) continue;
    if (__builtin_mul_overflow(*number, unit.factor, &bytes)) return std::nullopt;
    return bytes;
  }
  return std::nullopt;
}

std::string formatDuration(std::int64_t milliseconds) { return format(kDurations, milliseconds, "s"); }

std::string formatSize(std::int64_t bytes) { return format(kSizes, bytes, "B"); }

}  // namespace sse::config
