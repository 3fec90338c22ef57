#pragma once

#include <Poco/Channel.h>
#include <Poco/Message.h>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>

#include "sse/metrics.h"

namespace sse::observe {

/// A Poco channel that hands messages to another one on a thread of its own, so that whoever logs never waits for the
/// output. Holds at most `capacity` messages: more are dropped and counted, and once there is room a line of its own
/// ("log-lines-dropped") tells how many. Poco's AsyncChannel counts its drops without a lock, hence this one.
/// Owned by LogSink. [any]
class BoundedChannel final : public Poco::Channel {
 public:
  BoundedChannel(Poco::Channel::Ptr target, std::size_t capacity, Metrics& metrics);

  /// Takes the message, or drops it when full or closed.
  void log(const Poco::Message& message) override;

  /// Returns once all that was logged before is written.
  void flush();

  /// Writes what is queued and ends the thread; what is logged later is dropped.
  void close() override;

 protected:
  ~BoundedChannel() override;

 private:
  void run();
  void write(const Poco::Message& message) noexcept;
  void writeDropped(std::uint64_t count) noexcept;

  Poco::Channel::Ptr target_;
  const std::size_t capacity_;
  Gauge& queued_;
  Counter& dropped_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable idle_;
  std::deque<Poco::Message> queue_;
  std::uint64_t unreported_ = 0;
  bool writing_ = false;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace sse::observe
