#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "sse/metrics.h"

namespace sse::base {

/// Threads for calls that block or take long: what loops may not do. Made by main, outlived by the loop that runs what
/// comes back. Neither `work` nor `done` may throw. [any]
class WorkerPool {
 public:
  using Call = std::function<void()>;

  /// `post` hands a call to the thread that wants to know of the end (the control loop's `post`).
  WorkerPool(std::size_t threads, std::size_t capacity, std::function<void(Call)> post, Metrics& metrics);
  /// Runs and posts all that was taken, then ends the threads.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Runs `work` on one of the threads, then posts `done`. False, with nothing taken, where `capacity` calls wait.
  [[nodiscard]] bool offload(Call work, Call done);

 private:
  struct Task {
    Call work;
    Call done;
  };
  void run();

  const std::size_t capacity_;
  const std::function<void(Call)> post_;
  Gauge& queued_;
  Counter& refused_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> tasks_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sse::base
