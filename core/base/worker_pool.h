#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "sse/loop.h"
#include "sse/metrics.h"

namespace sse::base {

/// Threads for calls that block or take long: what loops may not do. Made by main, outlived by the loop that runs what
/// comes back. Neither `work` nor `done` may throw. [any]
class WorkerPool {
 public:
  using Call = std::function<void()>;

  struct Terms {
    std::string name;  ///< the label `pool` of its metrics
    std::size_t threads = 1;
    std::size_t capacity = 1;  ///< calls that may wait
  };

  /// `post` hands a call to the thread that wants to know of the end (the control loop's `post`).
  WorkerPool(const Terms& terms, std::function<void(Call)> post, Metrics& metrics);
  /// Runs and posts all that was taken, then ends the threads.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Runs `work` on one of the threads, then posts `done`. False, with nothing taken, where `capacity` calls wait.
  [[nodiscard]] bool offload(Call work, Call done);

  /// Forgets what waits and gives what runs `patience` to end; nothing is taken any more. False where some runs still:
  /// the threads are left to it, nothing of it is posted, and the process must not be taken down around them. [main]
  [[nodiscard]] bool abandon(Duration patience);

 private:
  struct State;
  static void run(State& state);

  const std::shared_ptr<State> state_;  ///< of the threads too, which may outlive the pool
  std::vector<std::thread> threads_;
};

}  // namespace sse::base
