#include "base/worker_pool.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>

namespace sse::base {

struct WorkerPool::State {
  struct Task {
    Call work;
    Call done;
  };

  void tell() { queued.set(static_cast<std::int64_t>(tasks.size())); }

  const std::size_t capacity;
  const std::function<void(Call)> post;
  Gauge& queued;
  Counter& refused;
  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable ended;
  std::deque<Task> tasks;
  std::size_t running = 0;
  bool closed = false;
  bool abandoned = false;  ///< what `post` and the metrics refer to may be gone
};

WorkerPool::WorkerPool(const Terms& terms, std::function<void(Call)> post, Metrics& metrics)
    : state_(new State{
          terms.capacity,
          std::move(post),
          metrics.gauge("sse_workers_queued", "calls that wait for a worker", {{"pool", terms.name}}),
          metrics.counter("sse_workers_refused_total", "calls refused because too many waited", {{"pool", terms.name}}),
          {},
          {},
          {},
          {}}) {
  for (std::size_t i = 0; i < terms.threads; ++i) threads_.emplace_back([state = state_] { run(*state); });
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
  }
  state_->wake.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool WorkerPool::offload(Call work, Call done) {
  const std::lock_guard lock(state_->mutex);
  if (state_->closed || state_->tasks.size() >= state_->capacity) {
    state_->refused.add();
    return false;
  }
  state_->tasks.push_back({std::move(work), std::move(done)});
  state_->tell();
  state_->wake.notify_one();
  return true;
}

bool WorkerPool::abandon(Duration patience) {
  std::deque<State::Task> forgotten;
  std::unique_lock lock(state_->mutex);
  state_->closed = true;
  forgotten.swap(state_->tasks);
  state_->wake.notify_all();
  const bool ended = state_->ended.wait_for(lock, patience, [this] { return state_->running == 0; });
  state_->abandoned = !ended;
  lock.unlock();
  for (auto& thread : std::exchange(threads_, {})) ended ? thread.join() : thread.detach();
  return ended;
}

void WorkerPool::run(State& state) {
  std::unique_lock lock(state.mutex);
  while (true) {
    state.wake.wait(lock, [&state] { return state.closed || !state.tasks.empty(); });
    if (state.tasks.empty()) return;
    auto task = std::move(state.tasks.front());
    state.tasks.pop_front();
    state.tell();
    ++state.running;
    lock.unlock();
    task.work();
    task.work = nullptr;
    lock.lock();
    if (!state.abandoned) state.post(std::move(task.done));
    --state.running;
    state.ended.notify_all();
  }
}

}  // namespace sse::base
