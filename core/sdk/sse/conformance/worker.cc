#include "sse/conformance/worker.h"

#include <utility>

#include "sse/conformance/report.h"

namespace sse::conformance {

Worker::Worker(Loop& loop) : loop_(loop), thread_([this] { run(); }) {}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Worker::offload(std::function<void()> work, std::function<void()> done) {
  {
    const std::lock_guard lock(mutex_);
    ++pending_;
    ++calls_;
    jobs_.push_back({std::move(work), std::move(done)});
  }
  changed_.notify_one();
}

std::size_t Worker::pending() const {
  const std::lock_guard lock(mutex_);
  return pending_;
}

std::uint64_t Worker::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::vector<std::string> Worker::takeThrown() {
  const std::lock_guard lock(mutex_);
  return std::exchange(thrown_, {});
}

void Worker::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    runOne(std::move(job));
    lock.lock();
    --pending_;
  }
}

void Worker::runOne(Job job) {
  const auto thrown = thrownBy(job.work);
  job.work = nullptr;
  if (thrown.empty()) return loop_.post(std::move(job.done));
  const std::lock_guard lock(mutex_);
  thrown_.push_back("expected no exception from offloaded work, found " + thrown + "; catch it inside the plugin");
}

}  // namespace sse::conformance
