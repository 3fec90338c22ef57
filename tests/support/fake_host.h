#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sse/host.h"
#include "support/fake_journal.h"
#include "support/fake_logger.h"
#include "support/fake_metrics.h"

namespace sse::test {

/// A bus that delivers in order by posting to a loop, one message per post. Belongs to the loop's thread.
class FakeBus final : public Bus {
 public:
  explicit FakeBus(Loop& loop) : loop_(loop) {}

  [[nodiscard]] bool wanted(std::string_view topic) const override {
    const auto found = handlers_.find(std::string(topic));
    if (found == handlers_.end()) return false;
    for (const auto& weak : found->second) {
      if (!weak.expired()) return true;
    }
    return false;
  }

  /// Collects every message of a type from now on, as long as the bus lives.
  template <typename Message>
  std::shared_ptr<std::vector<Message>> record() {
    auto messages = std::make_shared<std::vector<Message>>();
    kept_.push_back(subscribe<Message>([messages](const Message& message) { messages->push_back(message); }));
    return messages;
  }

 protected:
  void publishAny(std::string_view topic, std::shared_ptr<const void> message) override {
    loop_.post([this, topic = std::string(topic), message = std::move(message), alive = std::weak_ptr<bool>(alive_)] {
      if (!alive.expired()) deliver(topic, message.get());
    });
  }

  Registration subscribeAny(std::string_view topic, std::function<void(const void*)> handler) override {
    auto kept = std::make_shared<Handler>(std::move(handler));
    handlers_[std::string(topic)].push_back(kept);
    return Registration(std::move(kept));
  }

 private:
  using Handler = std::function<void(const void*)>;

  void deliver(const std::string& topic, const void* message) {
    const auto handlers = handlers_[topic];
    for (const auto& weak : handlers) {
      if (const auto handler = weak.lock()) (*handler)(message);
    }
  }

  Loop& loop_;
  std::map<std::string, std::vector<std::weak_ptr<Handler>>> handlers_;
  std::vector<Registration> kept_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// What a plugin gets in tests. `offload` does the work at once and posts `done`.
class FakeHost final : public Host {
 public:
  FakeHost(Loop& loop, std::string name, std::string_view tag) : loop_(loop), bus_(loop), journal_(tagOf(tag)) {
    node_.name = std::move(name);
    node_.tag = journal_.tag();
    node_.version = "0.0.0";
  }

  FakeBus& bus() override { return bus_; }
  Loop& loop() override { return loop_; }
  FakeLogger& log() override { return log_; }
  FakeMetrics& metrics() override { return metrics_; }
  FakeJournal& journal() override { return journal_; }
  [[nodiscard]] const NodeInfo& node() const override { return node_; }
  void offload(std::function<void()> work, std::function<void()> done) override {
    work();
    loop_.post(std::move(done));
  }

  /// To be set up before the plugin starts.
  NodeInfo& info() { return node_; }

 private:
  Loop& loop_;
  FakeBus bus_;
  FakeLogger log_;
  FakeMetrics metrics_;
  FakeJournal journal_;
  NodeInfo node_;
};

}  // namespace sse::test
