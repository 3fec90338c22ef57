#include "observe/bounded_channel.h"

#include <cstdio>
#include <exception>
#include <string>
#include <utility>

#include "observe/log_message.h"

namespace sse::observe {

BoundedChannel::BoundedChannel(Poco::Channel::Ptr target, std::size_t capacity, Metrics& metrics)
    : target_(std::move(target)),
      capacity_(capacity),
      queued_(metrics.gauge("sse_observe_log_queued", "Log lines that wait to be written.")),
      dropped_(metrics.counter("sse_observe_log_dropped_total", "Log lines dropped because the queue was full.")),
      thread_([this] { run(); }) {}

BoundedChannel::~BoundedChannel() { close(); }

void BoundedChannel::log(const Poco::Message& message) {
  const std::lock_guard lock(mutex_);
  if (closed_ || queue_.size() >= capacity_) {
    dropped_.add();
    ++unreported_;
    return;
  }
  queue_.push_back(message);
  queued_.set(static_cast<std::int64_t>(queue_.size()));
  work_.notify_one();
}

void BoundedChannel::flush() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return queue_.empty() && !writing_; });
}

void BoundedChannel::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    work_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void BoundedChannel::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [this] { return closed_ || !queue_.empty(); });
    if (queue_.empty()) return;
    auto batch = std::exchange(queue_, {});
    const auto dropped = std::exchange(unreported_, 0);
    queued_.set(0);
    writing_ = true;
    lock.unlock();
    for (const auto& message : batch) write(message);
    if (dropped > 0) writeDropped(dropped);
    lock.lock();
    writing_ = false;
    if (queue_.empty()) idle_.notify_all();
  }
}

void BoundedChannel::write(const Poco::Message& message) noexcept {
  try {
    target_->log(message);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "log line not written: %s\n", error.what());
  }
}

void BoundedChannel::writeDropped(std::uint64_t count) noexcept {
  write(makeMessage("observe", Level::Warning, "log-lines-dropped", "log lines were dropped because the queue was full",
                    {{"count", std::to_string(count)}}));
}

}  // namespace sse::observe
