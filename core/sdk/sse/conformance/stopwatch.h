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
  Clock::time_point begun_;
  std::chrono::nanoseconds waited_;
};

/// What a callback may take of the control thread.
Duration slowestCall();

/// What `Plugin::stop` may take.
Duration slowestStop();

}  // namespace sse::conformance
