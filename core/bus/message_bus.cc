#include "bus/message_bus.h"

#include <utility>

#include "bus/bus_state.h"

namespace sse::bus {
namespace {

class OwnedBus final : public Bus {
 public:
  OwnedBus(std::shared_ptr<MessageBus::State> state, std::string owner)
      : state_(std::move(state)), owner_(std::move(owner)) {}

  [[nodiscard]] bool wanted(std::string_view topic) const override { return state_->wanted(topic); }

 protected:
  void publishAny(std::string_view topic, std::shared_ptr<const void> message) override {
    state_->publish(topic, std::move(message));
  }
  Registration subscribeAny(std::string_view topic, std::function<void(const void*)> handler) override {
    return state_->subscribe(owner_, topic, std::move(handler));
  }

 private:
  const std::shared_ptr<MessageBus::State> state_;
  const std::string owner_;
};

}  // namespace

MessageBus::MessageBus(Loop& loop, Metrics& metrics, Logger& log, OnFailure on_failure, std::size_t capacity)
    : state_(std::make_shared<State>(loop, metrics, log, std::move(on_failure), capacity)) {}

MessageBus::~MessageBus() = default;

std::unique_ptr<Bus> MessageBus::forOwner(std::string owner) {
  return std::make_unique<OwnedBus>(state_, std::move(owner));
}

bool MessageBus::wanted(std::string_view topic) const { return state_->wanted(topic); }

void MessageBus::publishAny(std::string_view topic, std::shared_ptr<const void> message) {
  state_->publish(topic, std::move(message));
}

Registration MessageBus::subscribeAny(std::string_view topic, std::function<void(const void*)> handler) {
  return state_->subscribe("core", topic, std::move(handler));
}

}  // namespace sse::bus
