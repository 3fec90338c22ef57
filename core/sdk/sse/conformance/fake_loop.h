#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "sse/loop.h"

namespace sse::conformance {

/// A control loop by hand: its clock moves only by `advance`, posted calls run only in `run`. `post` may come from any
/// thread, everything else from the test's.
class FakeLoop final : public Loop {
 public:
  Registration after(Duration delay, std::function<void()> call) override {
    auto timer = std::make_shared<Timer>(Timer{now_ + delay, next_++, std::move(call)});
    timers_.push_back(timer);
    return Registration(std::move(timer));
  }

  Registration watch(int fd, std::uint32_t interest, std::function<void(std::uint32_t)> call) override {
    auto watch = std::make_shared<Watch>(Watch{interest, std::move(call)});
    watches_[fd] = watch;
    return Registration(std::move(watch));
  }

  void post(std::function<void()> call) override {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(call));
  }

  [[nodiscard]] Clock::time_point now() const override { return now_; }

  /// How many posted calls wait.
  [[nodiscard]] std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return posted_.size();
  }

  /// How many timers run.
  [[nodiscard]] std::size_t timers() const {
    return static_cast<std::size_t>(
        std::count_if(timers_.begin(), timers_.end(), [](const auto& timer) { return !timer.expired(); }));
  }

  /// Runs what is posted, also what that posts.
  void run() {
    for (auto call = take(); call; call = take()) call();
  }

  /// Runs what is posted, moves the clock and fires the timers that are due, each at its time and in their order.
  void advance(Duration by) {
    run();
    const auto until = now_ + by;
    while (auto timer = earliest(until)) {
      now_ = std::max(now_, timer->due);
      std::exchange(timer->call, nullptr)();
      run();
    }
    now_ = until;
  }

  /// Tells the watcher of `fd` that `ready` has come, as far as it is interested. False where nobody watches.
  bool ready(int fd, std::uint32_t ready) {
    const auto watch = watches_[fd].lock();
    if (!watch || (watch->interest & ready) == 0) return false;
    watch->call(watch->interest & ready);
    return true;
  }

 private:
  struct Timer {
    Clock::time_point due;
    std::uint64_t order;
    std::function<void()> call;
  };
  struct Watch {
    std::uint32_t interest;
    std::function<void(std::uint32_t)> call;
  };

  std::function<void()> take() {
    const std::lock_guard lock(mutex_);
    if (posted_.empty()) return nullptr;
    auto call = std::move(posted_.front());
    posted_.pop_front();
    return call;
  }

  std::shared_ptr<Timer> earliest(Clock::time_point until) {
    std::shared_ptr<Timer> found;
    std::erase_if(timers_, [](const auto& timer) {
      const auto live = timer.lock();
      return !live || !live->call;
    });
    for (const auto& weak : timers_) {
      auto timer = weak.lock();
      if (timer->due > until) continue;
      if (!found || std::pair(timer->due, timer->order) < std::pair(found->due, found->order)) found = timer;
    }
    return found;
  }

  Clock::time_point now_{std::chrono::hours(1)};
  std::uint64_t next_ = 0;
  std::vector<std::weak_ptr<Timer>> timers_;
  std::map<int, std::weak_ptr<Watch>> watches_;
  mutable std::mutex mutex_;
  std::deque<std::function<void()>> posted_;
};

}  // namespace sse::conformance
