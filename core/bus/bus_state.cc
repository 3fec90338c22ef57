#include "bus/bus_state.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace sse::bus {

MessageBus::State::State(Loop& loop, Metrics& metrics, Logger& log, OnFailure on_failure, std::size_t capacity)
    : loop_(loop),
      metrics_(metrics),
      log_(log),
      on_failure_(std::move(on_failure)),
      capacity_(capacity),
      queued_(metrics.gauge("sse_bus_queued", "Messages that wait for the control thread.")),
      published_(metrics.counter("sse_bus_published_total", "Messages published that somebody subscribed to.")),
      dropped_(metrics.counter("sse_bus_dropped_total", "Messages dropped because the queue was full.")) {}

bool MessageBus::State::wanted(std::string_view topic) const {
  const Topic* found = topics_.find(topic);
  return found != nullptr && found->subscribers.load() > 0;
}

void MessageBus::State::publish(std::string_view topic, std::shared_ptr<const void> message) {
  Topic* found = topics_.find(topic);
  if (found == nullptr || found->subscribers.load() == 0) return;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= capacity_) {
      dropped_.add();
      ++unreported_;
      return;
    }
    queue_.push_back({found, next_number_++, std::move(message)});
    published_.add();
    queued_.set(static_cast<std::int64_t>(queue_.size()));
    if (std::exchange(posted_, true)) return;
  }
  loop_.post([weak = weak_from_this()] {
    if (const auto state = weak.lock()) state->drain();
  });
}

Registration MessageBus::State::subscribe(std::string_view owner, std::string_view topic,
                                          std::function<void(const void*)> handler) {
  Topic& found = topics_.get(topic);
  auto subscription = std::make_shared<Subscription>();
  subscription->owner = owner;
  subscription->handler = std::move(handler);
  {
    const std::lock_guard lock(mutex_);
    subscription->since = next_number_;
  }
  found.subscriptions.push_back(subscription);
  found.subscribers.fetch_add(1);
  return Registration(std::shared_ptr<void>(subscription.get(), [weak = weak_from_this(), &found, subscription](void*) {
    if (const auto state = weak.lock()) state->end(found, *subscription);
  }));
}

void MessageBus::State::end(Topic& topic, Subscription& subscription) {
  subscription.active = false;
  topic.subscribers.fetch_sub(1);
  if (delivering_) {
    ended_.push_back(&topic);
  } else {
    sweep(topic);
  }
}

void MessageBus::State::sweep(Topic& topic) {
  std::vector<std::shared_ptr<Subscription>> gone;
  std::erase_if(topic.subscriptions, [&gone](const auto& subscription) {
    if (subscription->active) return false;
    gone.push_back(subscription);
    return true;
  });
  // A handler may hold registrations: it is destroyed only now, when the list is whole again.
  for (const auto& subscription : gone) subscription->handler = nullptr;
}

void MessageBus::State::drain() {
  std::vector<Queued> batch;
  std::uint64_t dropped = 0;
  {
    const std::lock_guard lock(mutex_);
    batch.swap(queue_);
    dropped = std::exchange(unreported_, 0);
    posted_ = false;
    queued_.set(0);
  }
  for (const auto& queued : batch) deliver(queued);
  if (dropped > 0) reportDropped(dropped);
}

void MessageBus::State::deliver(const Queued& queued) {
  Topic& topic = *queued.topic;
  delivering_ = true;
  // By index: a handler may subscribe, which moves the list.
  for (std::size_t i = 0; i < topic.subscriptions.size(); ++i) {
    const auto subscription = topic.subscriptions[i];
    if (subscription->active && subscription->since <= queued.number) {
      call(topic, *subscription, queued.message.get());
    }
  }
  delivering_ = false;
  for (Topic* ended : std::exchange(ended_, {})) sweep(*ended);
}

void MessageBus::State::call(const Topic& topic, Subscription& subscription, const void* message) {
  try {
    subscription.handler(message);
  } catch (const std::exception& error) {
    failed(topic, subscription, error.what());
  } catch (...) {
    failed(topic, subscription, "something that is no std::exception");
  }
}

void MessageBus::State::failed(const Topic& topic, Subscription& subscription, std::string_view what) {
  metrics_.counter("sse_bus_handler_failures_total", "Handlers that threw.", {{"owner", subscription.owner}}).add();
  // A handler that throws once tends to throw for each message: the counter tells how often.
  if (!std::exchange(subscription.failed, true)) {
    log_.write(Level::Error, "bus-handler-failed", "a message handler has thrown",
               {{"owner", subscription.owner}, {"topic", topic.name}, {"what", std::string(what)}});
  }
  if (on_failure_) on_failure_(subscription.owner, what);
}

void MessageBus::State::reportDropped(std::uint64_t count) {
  log_.write(Level::Error, "bus-queue-full", "messages were dropped: the control thread is too far behind",
             {{"count", std::to_string(count)}, {"capacity", std::to_string(capacity_)}});
  if (on_failure_) on_failure_("bus", "messages were dropped: the control thread is too far behind");
}

}  // namespace sse::bus
