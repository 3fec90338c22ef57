#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/fd.h"
#include "sse/loop.h"

namespace sse::net {

/// Something with a descriptor that a loop watches. The loop keeps a raw pointer from `add` to `remove`; the object
/// must stay alive until the end of the turn in which it was removed (`EventLoop::bury`).
class Pollable {
 public:
  /// `ready` are epoll's bits. [loop]
  virtual void onReady(std::uint32_t ready) = 0;

 protected:
  ~Pollable() = default;
};

/// One epoll loop, run by one thread, which owns everything registered with it. A turn is: wait, tell who is ready, run
/// what was posted, fire timers, run the turn-end hooks, destroy what was buried.
class EventLoop final : public Loop {
 public:
  /// Work for the end of each turn; true means there is more to do at once, so the next wait does not sleep.
  using TurnHook = std::function<bool()>;

  EventLoop();
  ~EventLoop() override;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Runs turns on the calling thread until `stop`, then one more for what was posted before it. [loop]
  void run();
  /// Ends `run` after the current turn. Sticky. [any]
  void stop();
  /// Whether the caller is the thread inside `run`, or none is. [any]
  [[nodiscard]] bool onThread() const;

  /// Whether the caller is the thread inside `run`. [any]
  [[nodiscard]] bool inThread() const { return thread_.load(std::memory_order_relaxed) == std::this_thread::get_id(); }

  /// Watches `fd` for epoll's `events`; false when the kernel refuses. [loop]
  bool add(int fd, std::uint32_t events, Pollable* pollable);
  /// Changes what is waited for. [loop]
  void modify(int fd, std::uint32_t events, Pollable* pollable);
  /// Hands a watched descriptor over to another object without asking the kernel. [loop]
  void retarget(int fd, Pollable* pollable) { targets_[static_cast<std::size_t>(fd)] = pollable; }
  /// Ends the watch; the descriptor must stay open to the end of the turn, lest its number be told to its successor.
  void remove(int fd);

  /// Keeps `object` alive to the end of this turn. [loop]
  void bury(std::shared_ptr<void> object) { buried_.push_back(std::move(object)); }
  /// Adds a hook for the life of the loop. [loop, before run]
  void atTurnEnd(TurnHook hook) { hooks_.push_back(std::move(hook)); }
  /// Ends the wait of the next turn at once, or this thread's next sleep. Cheap when told before. [any]
  void wake();

  Registration after(Duration delay, std::function<void()> call) override;
  Registration watch(int fd, std::uint32_t interest, std::function<void(std::uint32_t)> call) override;
  void post(std::function<void()> call) override;
  [[nodiscard]] Clock::time_point now() const override { return now_; }

 private:
  class Watch;
  struct Timer {
    std::function<void()> call;
  };
  struct Deadline {
    Clock::time_point when;
    std::uint64_t sequence;
    std::weak_ptr<Timer> timer;
    bool operator>(const Deadline& other) const {
      return when != other.when ? when > other.when : sequence > other.sequence;
    }
  };

  void turn(bool may_sleep);
  [[nodiscard]] int timeout() const;
  void runPosted();
  void fireTimers();
  void drainWake();
  void dispose();

  base::Fd epoll_;
  base::Fd wake_;
  std::atomic<bool> wake_pending_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<std::thread::id> thread_{};
  Clock::time_point now_ = Clock::now();

  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
  std::vector<std::function<void()>> running_;

  std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>> deadlines_;
  std::uint64_t sequence_ = 0;
  std::vector<Pollable*> targets_;  ///< by descriptor
  std::unordered_map<int, Watch*> watches_;
  std::vector<TurnHook> hooks_;
  std::vector<std::shared_ptr<void>> buried_;
  std::vector<std::shared_ptr<void>> disposed_;  ///< empty but while they go
};

}  // namespace sse::net
