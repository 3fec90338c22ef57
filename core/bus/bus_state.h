#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "bus/message_bus.h"
#include "bus/topic.h"

namespace sse::bus {

/// Queue, topics and handlers of one bus. Shared by the bus, its facades and, weakly, by posted drains and by
/// registrations, which may outlive the bus.
class MessageBus::State : public std::enable_shared_from_this<MessageBus::State> {
 public:
  State(Loop& loop, Metrics& metrics, Logger& log, OnFailure on_failure, std::size_t capacity);

  /// [any]
  [[nodiscard]] bool wanted(std::string_view topic) const;
  /// Queues the message unless nobody subscribed to its topic. [any]
  void publish(std::string_view topic, std::shared_ptr<const void> message);
  /// [control]
  Registration subscribe(std::string_view owner, std::string_view topic, std::function<void(const void*)> handler);

 private:
  struct Queued {
    Topic* topic;
    std::uint64_t number;
    std::shared_ptr<const void> message;
  };

  void drain();
  void deliver(const Queued& queued);
  void call(const Topic& topic, Subscription& subscription, const void* message);
  void failed(const Topic& topic, Subscription& subscription, std::string_view what);
  void end(Topic& topic, Subscription& subscription);
  void sweep(Topic& topic);
  void reportDropped(std::uint64_t count);

  Loop& loop_;
  Metrics& metrics_;
  Logger& log_;
  const OnFailure on_failure_;
  const std::size_t capacity_;
  Gauge& queued_;
  Counter& published_;
  Counter& dropped_;
  TopicList topics_;
  bool delivering_ = false;    ///< [control]
  std::vector<Topic*> ended_;  ///< topics with subscriptions that ended during a delivery. [control]

  std::mutex mutex_;
  std::vector<Queued> queue_;
  std::uint64_t next_number_ = 0;
  std::uint64_t unreported_ = 0;
  bool posted_ = false;
};

}  // namespace sse::bus
