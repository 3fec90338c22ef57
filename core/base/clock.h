#pragma once

#include <chrono>
#include <cstdint>

namespace sse::base {

/// A point of the steady clock in microseconds: the unit of the journal and of latencies. [any]
inline std::int64_t microseconds(std::chrono::steady_clock::time_point when) {
  return std::chrono::duration_cast<std::chrono::microseconds>(when.time_since_epoch()).count();
}

inline std::int64_t nowMicroseconds() { return microseconds(std::chrono::steady_clock::now()); }

}  // namespace sse::base
