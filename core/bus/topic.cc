#include "bus/topic.h"

#include <memory>

namespace sse::bus {

TopicList::~TopicList() {
  for (Topic* topic = first_.load(); topic != nullptr;) {
    const std::unique_ptr<Topic> gone(topic);
    topic = gone->next;
  }
}

Topic* TopicList::find(std::string_view name) const {
  Topic* topic = first_.load(std::memory_order_acquire);
  while (topic != nullptr && topic->name != name) topic = topic->next;
  return topic;
}

Topic& TopicList::get(std::string_view name) {
  if (Topic* found = find(name)) return *found;
  auto fresh = std::make_unique<Topic>();
  fresh->name = name;
  fresh->next = first_.load();
  first_.store(fresh.get(), std::memory_order_release);
  return *fresh.release();
}

}  // namespace sse::bus
