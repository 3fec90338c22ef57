#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace sse {

/// The end of the year 9999, in seconds since 1970: credentials that end "never" end then.
inline constexpr double kLatestUnixTime = 253'402'300'799;

/// The time `seconds` after 1970, in whole milliseconds. What lies further off than the clock can say, whose
/// nanoseconds reach from 1677 to 2262, is moved near its ends. `seconds` is a number, not NaN. [any]
inline std::chrono::system_clock::time_point fromUnixTime(double seconds) {
  constexpr double kReach = 9'000'000'000;
  const double milliseconds = std::floor(std::clamp(seconds, -kReach, kReach) * 1000);
  return std::chrono::system_clock::time_point(std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds)));
}

}  // namespace sse
