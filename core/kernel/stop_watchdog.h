#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "sse/loop.h"

namespace sse::kernel {

/// Watches over the stopping of plugins, which is code of others that may never return. Lives while a set stops.
class StopWatchdog {
 public:
  /// Calls `expired` once, on a thread of its own, with the plugin that is being stopped when `limit` has passed since
  /// this was made, or with the first one after that.
  StopWatchdog(Duration limit, std::function<void(std::string_view plugin)> expired);
  /// Ends the watch.
  ~StopWatchdog();
  StopWatchdog(const StopWatchdog&) = delete;
  StopWatchdog& operator=(const StopWatchdog&) = delete;

  /// From now on it is `plugin` that may hang; empty: nothing. [control]
  void watch(std::string_view plugin);

 private:
  void run(Clock::time_point deadline);

  const std::function<void(std::string_view plugin)> expired_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string plugin_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace sse::kernel
