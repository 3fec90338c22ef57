#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "sse/loop.h"

namespace sse {

/// How long a document that came by HTTP may be kept, by `max-age` of its Cache-Control value, at most a year; 0 where
/// that says no-cache or no-store; nothing where it says nothing. For plugins that fetch what they decide by. [any]
inline std::optional<Duration> maxAgeOf(std::string_view cache_control) {
  if (cache_control.find("no-store") != std::string_view::npos ||
      cache_control.find("no-cache") != std::string_view::npos)
    return Duration(0);
  constexpr std::string_view kName = "max-age=";
  constexpr std::int64_t kMost = 365LL * 86'400;
  const auto at = cache_control.find(kName);
  if (at == std::string_view::npos || (at >= 2 && cache_control.substr(at - 2, 2) == "s-")) return std::nullopt;
  const auto digits = cache_control.substr(at + kName.size());
  std::int64_t seconds = 0;
  const auto outcome = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  if (outcome.ec != std::errc() || seconds < 0) return std::nullopt;
  return std::chrono::seconds(std::min(seconds, kMost));
}

}  // namespace sse
