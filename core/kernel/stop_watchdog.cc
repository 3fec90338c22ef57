#include "kernel/stop_watchdog.h"

#include <utility>

namespace sse::kernel {

StopWatchdog::StopWatchdog(Duration limit, std::function<void(std::string_view plugin)> expired)
    : expired_(std::move(expired)), thread_([this, deadline = Clock::now() + limit] { run(deadline); }) {}

StopWatchdog::~StopWatchdog() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void StopWatchdog::watch(std::string_view plugin) {
  const std::lock_guard lock(mutex_);
  plugin_ = plugin;
  changed_.notify_one();
}

void StopWatchdog::run(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_until(lock, deadline, [this] { return over_; })) return;
  changed_.wait(lock, [this] { return over_ || !plugin_.empty(); });
  if (over_) return;
  const auto plugin = plugin_;
  lock.unlock();
  expired_(plugin);
}

}  // namespace sse::kernel
