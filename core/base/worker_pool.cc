#include "base/worker_pool.h"

#include <cstdint>
#include <utility>

namespace sse::base {

WorkerPool::WorkerPool(std::size_t threads, std::size_t capacity, std::function<void(Call)> post, Metrics& metrics)
    : capacity_(capacity),
      post_(std::move(post)),
      queued_(metrics.gauge("sse_workers_queued", "Calls that wait for a worker thread.")),
      refused_(metrics.counter("sse_workers_refused_total", "Calls refused because too many waited.")) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool WorkerPool::offload(Call work, Call done) {
  const std::lock_guard lock(mutex_);
  if (tasks_.size() >= capacity_) {
    refused_.add();
    return false;
  }
  tasks_.push_back({std::move(work), std::move(done)});
  queued_.set(static_cast<std::int64_t>(tasks_.size()));
  wake_.notify_one();
  return true;
}

void WorkerPool::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return closed_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    queued_.set(static_cast<std::int64_t>(tasks_.size()));
    lock.unlock();
    task.work();
    task.work = nullptr;
    post_(std::move(task.done));
    lock.lock();
  }
}

}  // namespace sse::base
