#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "sse/build_id.h"
#include "sse/loop.h"

namespace sse {

/// The typed message bus. A message is a struct with `static constexpr std::string_view kTopic = "room.event/1"`.
/// Delivery is in the order of publishing, on the control thread, never inside `publish`. A handler that throws is
/// caught, counted and logged with its owner's name; the others still get the message.
class SSE_PUBLIC Bus {
 public:
  virtual ~Bus() = default;

  /// Sends `message` to all who subscribed to its type. [any]
  template <typename Message>
  void publish(Message message) {
    publishAny(Message::kTopic, std::make_shared<const Message>(std::move(message)));
  }

  /// Calls `handler(const Message&)` for each message from now on, until the registration ends. [control]
  template <typename Message, typename Handler>
  Registration subscribe(Handler handler) {
    return subscribeAny(Message::kTopic, [handler = std::move(handler)](const void* message) mutable {
      handler(*static_cast<const Message*>(message));
    });
  }

  /// Whether anybody subscribed to `topic`; for publishers of costly messages. [any]
  [[nodiscard]] virtual bool wanted(std::string_view topic) const = 0;

 protected:
  virtual void publishAny(std::string_view topic, std::shared_ptr<const void> message) = 0;
  virtual Registration subscribeAny(std::string_view topic, std::function<void(const void*)> handler) = 0;
};

}  // namespace sse
