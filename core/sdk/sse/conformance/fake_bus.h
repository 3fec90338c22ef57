#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sse/bus.h"

namespace sse::conformance {

/// A bus that delivers in order by posting to a loop, one message per post. Belongs to the loop's thread, but for
/// publishing.
class FakeBus final : public Bus {
 public:
  explicit FakeBus(Loop& loop) : loop_(loop) {}

  [[nodiscard]] bool wanted(std::string_view topic) const override {
    const auto found = handlers_.find(topic);
    return found != handlers_.end() && living(found->second) > 0;
  }

  /// Collects every message of a type from now on, as long as the bus lives.
  template <typename Message>
  std::shared_ptr<std::vector<Message>> record() {
    auto messages = std::make_shared<std::vector<Message>>();
    kept_.push_back(subscribe<Message>([messages](const Message& message) { messages->push_back(message); }));
    return messages;
  }

  /// How many subscriptions are held.
  [[nodiscard]] std::size_t subscriptions() const {
    std::size_t count = 0;
    for (const auto& [topic, handlers] : handlers_) count += living(handlers);
    return count;
  }

  /// How many messages were published and subscriptions made, ever. [any]
  [[nodiscard]] std::uint64_t calls() const { return calls_; }

 protected:
  void publishAny(std::string_view topic, std::shared_ptr<const void> message) override {
    ++calls_;
    loop_.post([this, topic = std::string(topic), message = std::move(message), alive = std::weak_ptr<bool>(alive_)] {
      if (!alive.expired()) deliver(topic, message.get());
    });
  }

  Registration subscribeAny(std::string_view topic, std::function<void(const void*)> handler) override {
    ++calls_;
    auto kept = std::make_shared<Handler>(std::move(handler));
    handlers_[std::string(topic)].push_back(kept);
    return Registration(std::move(kept));
  }

 private:
  using Handler = std::function<void(const void*)>;
  using Handlers = std::vector<std::weak_ptr<Handler>>;

  static std::size_t living(const Handlers& handlers) {
    std::size_t count = 0;
    for (const auto& weak : handlers) count += weak.expired() ? 0 : 1;
    return count;
  }

  void deliver(const std::string& topic, const void* message) {
    auto& all = handlers_[topic];
    std::erase_if(all, [](const auto& weak) { return weak.expired(); });
    const auto handlers = all;
    for (const auto& weak : handlers) {
      if (const auto handler = weak.lock()) (*handler)(message);
    }
  }

  Loop& loop_;
  std::map<std::string, Handlers, std::less<>> handlers_;
  std::vector<Registration> kept_;
  std::atomic<std::uint64_t> calls_{0};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sse::conformance
