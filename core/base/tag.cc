#include "base/tag.h"

#include <cstring>
#include <sys/random.h>

#include "base/check.h"

namespace sse::base {
namespace {

constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuv";

std::uint64_t systemRandom() {
  std::uint64_t value = 0;
  SSE_CHECK(::getrandom(&value, sizeof value, 0) == sizeof value);
  return value;
}

constexpr std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93ULL;
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93ULL;
  return x ^ (x >> 32);
}

}  // namespace

Tag randomTag() {
  Tag tag{};
  std::uint64_t bits = systemRandom();
  for (char& c : tag) {
    c = kDigits[bits & 31U];
    bits >>= 5U;
  }
  return tag;
}

std::optional<Tag> parseTag(std::string_view text) {
  Tag tag{};
  if (text.size() != tag.size() || text.find_first_not_of(kDigits) != std::string_view::npos) return std::nullopt;
  std::memcpy(tag.data(), text.data(), tag.size());
  return tag;
}

std::uint64_t hashName(std::string_view name) {
  static const std::uint64_t seed = systemRandom();
  return stableHash(name, seed);
}

std::uint64_t stableHash(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = mix(seed ^ text.size());
  while (text.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), 8);
    hash = mix(hash ^ word);
    text.remove_prefix(8);
  }
  std::uint64_t word = 0;
  if (!text.empty()) std::memcpy(&word, text.data(), text.size());
  return mix(hash ^ word ^ 0x9e3779b97f4a7c15ULL);
}

std::uint64_t randomNumber() {
  thread_local std::uint64_t state = systemRandom();
  state += 0x9e3779b97f4a7c15ULL;
  return mix(state);
}

}  // namespace sse::base
