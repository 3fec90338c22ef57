#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sse/loop.h"

namespace sse::conformance {

/// One thread that does offloaded work, as the node's workers do. Owned by an instance's host; its destructor waits for
/// what is under way.
class Worker {
 public:
  explicit Worker(Loop& loop);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Runs `work` on the thread, then posts `done`; what `work` throws is kept, and `done` is not run. [any]
  void offload(std::function<void()> work, std::function<void()> done);

  /// Calls taken whose `done` has not been posted yet. [any]
  [[nodiscard]] std::size_t pending() const;

  /// Calls taken, ever. [any]
  [[nodiscard]] std::uint64_t calls() const;

  /// What work has thrown since the last time. [any]
  std::vector<std::string> takeThrown();

 private:
  struct Job {
    std::function<void()> work;
    std::function<void()> done;
  };

  void run();
  void runOne(Job job);

  Loop& loop_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  std::size_t pending_ = 0;
  std::uint64_t calls_ = 0;
  std::vector<std::string> thrown_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace sse::conformance
