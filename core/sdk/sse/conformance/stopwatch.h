#pragma once

#include <chrono>
#include <cstdint>

#include "sse/loop.h"

namespace sse::conformance {

/// How long a call keeps its thread, without the time in which the machine let others run: a busy machine makes no
/// plugin slow. One thread.
class Stopwatch {
 public:
  Stopwatch();
  [[nodiscard]] Duration passed() const;

 private:
  std::chrono::nanoseconds waited_;  ///< asked first: what is waited while asking must not count
  Clock::time_point begun_;
};

/// What a callback may take of the control thread.
Duration slowestCall();

/// What `Plugin::stop` may take.
Duration slowestStop();

}  // namespace sse::conformance
