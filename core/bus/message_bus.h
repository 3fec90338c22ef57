#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sse/bus.h"
#include "sse/log.h"
#include "sse/loop.h"
#include "sse/metrics.h"

namespace sse::bus {

/// The bus of the node. Publishing puts a message into a queue and posts one drain per burst to the control loop; the
/// drain calls the handlers of each message in the order of publishing. Made by main, outlives every plugin.
///
/// The queue holds at most `capacity` messages: a node whose control thread is so far behind is broken, so more are
/// dropped, counted, logged ("bus-queue-full") and reported as a failure of the owner "bus".
class MessageBus final : public Bus {
 public:
  /// Called on the control thread each time a handler of `owner` has thrown, or messages were dropped.
  using OnFailure = std::function<void(std::string_view owner, std::string_view what)>;
  static constexpr std::size_t kCapacity = 65536;

  MessageBus(Loop& loop, Metrics& metrics, Logger& log, OnFailure on_failure, std::size_t capacity = kCapacity);
  ~MessageBus() override;
  MessageBus(const MessageBus&) = delete;
  MessageBus& operator=(const MessageBus&) = delete;

  /// The same bus for one owner: its subscriptions carry `owner` where they fail. Subscriptions made on the bus itself
  /// carry "core". Outlived by this object. [control]
  [[nodiscard]] std::unique_ptr<Bus> forOwner(std::string owner);

  /// Exact; looks through the few topics there are without a lock. [any]
  [[nodiscard]] bool wanted(std::string_view topic) const override;

  class State;

 protected:
  void publishAny(std::string_view topic, std::shared_ptr<const void> message) override;
  Registration subscribeAny(std::string_view topic, std::function<void(const void*)> handler) override;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace sse::bus
