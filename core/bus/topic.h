#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sse::bus {

/// One handler of one topic. Belongs to the control thread.
struct Subscription {
  std::string owner;
  std::function<void(const void*)> handler;
  std::uint64_t since = 0;  ///< number of the first message it gets
  bool active = true;       ///< false once its registration has ended
  bool failed = false;      ///< it has thrown, and that was logged
};

/// A topic and who subscribed to it. `name` and `next` never change after linking.
struct Topic {
  std::string name;
  Topic* next = nullptr;
  std::atomic<std::uint32_t> subscribers{0};                 ///< [any]
  std::vector<std::shared_ptr<Subscription>> subscriptions;  ///< in order of subscribing. [control]
};

/// The topics anybody ever subscribed to: a list that only grows, so it is read without a lock.
class TopicList {
 public:
  TopicList() = default;
  ~TopicList();
  TopicList(const TopicList&) = delete;
  TopicList& operator=(const TopicList&) = delete;

  /// The topic of that name, or nullptr. [any]
  [[nodiscard]] Topic* find(std::string_view name) const;

  /// The same; makes it where there is none. [control]
  Topic& get(std::string_view name);

 private:
  std::atomic<Topic*> first_{nullptr};
};

}  // namespace sse::bus
