#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <poll.h>
#include <utility>
#include <vector>

#include "sse/loop.h"

namespace sse::conformance {

/// A real little event loop over poll(2) for tests that use sockets. The clock is the steady one plus what `skip`
/// added, so that time limits can pass at once. Everything but `post` belongs to the thread that runs it.
class PollLoop final : public Loop {
 public:
  Registration after(Duration delay, std::function<void()> call) override {
    auto timer = std::make_shared<Timer>(Timer{now() + delay, std::move(call)});
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

  [[nodiscard]] Clock::time_point now() const override { return Clock::now() + skipped_; }

  /// Moves the clock ahead.
  void skip(Duration by) { skipped_ += by; }

  /// Runs until `done` says so; false where `limit` of real time passed before.
  bool runUntil(const std::function<bool()>& done, Duration limit = Duration(10'000)) {
    const auto end = Clock::now() + limit;
    while (!done()) {
      if (Clock::now() > end) return false;
      turn();
    }
    return true;
  }

  /// Posted calls, due timers, ready descriptors, each once; waits up to `wait_ms` where there is nothing.
  void turn(int wait_ms = 2) {
    std::deque<std::function<void()>> posted;
    {
      const std::lock_guard lock(mutex_);
      posted.swap(posted_);
    }
    for (auto& call : posted) call();
    fireTimers();
    pollOnce(posted.empty() ? wait_ms : 0);
  }

 private:
  struct Timer {
    Clock::time_point due;
    std::function<void()> call;
  };
  struct Watch {
    std::uint32_t interest;
    std::function<void(std::uint32_t)> call;
  };

  void fireTimers() {
    std::erase_if(timers_, [](const auto& timer) { return timer.expired(); });
    const auto timers = timers_;
    for (const auto& weak : timers) {
      const auto timer = weak.lock();
      if (!timer || !timer->call || timer->due > now()) continue;
      std::exchange(timer->call, nullptr)();
    }
    std::erase_if(timers_, [](const auto& weak) {
      const auto timer = weak.lock();
      return !timer || !timer->call;
    });
  }

  void pollOnce(int wait_ms) {
    std::erase_if(watches_, [](const auto& entry) { return entry.second.expired(); });
    std::vector<pollfd> fds;
    std::vector<std::weak_ptr<Watch>> order;
    for (const auto& [fd, weak] : watches_) {
      const auto interest = weak.lock()->interest;
      const int events = ((interest & kReadable) != 0 ? POLLIN : 0) | ((interest & kWritable) != 0 ? POLLOUT : 0);
      fds.push_back({fd, static_cast<short>(events), 0});
      order.push_back(weak);
    }
    ::poll(fds.data(), fds.size(), wait_ms);
    for (std::size_t i = 0; i < fds.size(); ++i) {
      const auto watch = order[i].lock();
      if (!watch || fds[i].revents == 0) continue;
      const bool broken = (fds[i].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
      const auto ready = (broken || (fds[i].revents & POLLIN) != 0 ? kReadable : 0U) |
                         (broken || (fds[i].revents & POLLOUT) != 0 ? kWritable : 0U);
      watch->call(ready & watch->interest);
    }
  }

  Duration skipped_{0};
  std::vector<std::weak_ptr<Timer>> timers_;
  std::map<int, std::weak_ptr<Watch>> watches_;
  std::mutex mutex_;
  std::deque<std::function<void()>> posted_;
};

}  // namespace sse::conformance
