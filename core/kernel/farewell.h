#pragma once

#include <cstdint>
#include <functional>

#include "sse/bus.h"
#include "sse/log.h"
#include "sse/loop.h"

namespace sse::kernel {

/// Holds the end of a leaving node back until its peers have what was published here, for a bounded time. Owned by the
/// running node, lives on the control thread.
class Farewell {
 public:
  Farewell(Bus& bus, Loop& loop, Logger& log) : bus_(bus), loop_(loop), log_(log) {}

  /// Calls `done` once, on the control thread, never from within this call: when peers have acknowledged this node's
  /// events up to `head`, or after `limit`, which is logged. `acknowledged` is what they had before. [control]
  void begin(std::uint64_t head, std::uint64_t acknowledged, Duration limit, std::function<void()> done);

 private:
  void end();

  Bus& bus_;
  Loop& loop_;
  Logger& log_;
  std::function<void()> done_;
  Registration acknowledgements_;
  Registration timer_;
};

}  // namespace sse::kernel
