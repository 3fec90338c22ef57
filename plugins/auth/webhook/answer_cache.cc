#include "auth/webhook/answer_cache.h"

#include <mutex>

namespace sse::webhook {

AnswerCache::AnswerCache(std::size_t most, Gauge& entries)
    : most_per_part_((most + kParts - 1) / kParts), entries_(entries) {}

void AnswerCache::close() {
  for (auto& part : parts_) {
    const std::unique_lock lock(part.mutex);
    part.closed = true;
    entries_.add(-static_cast<std::int64_t>(part.known.size()));
    part.known.clear();
    part.ends.clear();
  }
}

std::shared_ptr<const Answer> AnswerCache::find(const Key& key, Clock::time_point now) const {
  const Part& part = parts_[partOf(key)];
  const std::shared_lock lock(part.mutex);
  const auto found = part.known.find(key);
  if (found == part.known.end() || found->second.end->first <= now) return nullptr;
  return found->second.answer;
}

void AnswerCache::add(const Key& key, std::shared_ptr<const Answer> answer, Clock::time_point until) {
  if (most_per_part_ == 0) return;
  Part& part = parts_[partOf(key)];
  const std::unique_lock lock(part.mutex);
  if (part.closed) return;
  const auto before = static_cast<std::int64_t>(part.known.size());
  auto& entry = part.known[key];
  if (entry.answer) part.ends.erase(entry.end);
  entry = {std::move(answer), part.ends.emplace(until, key)};
  if (part.known.size() > most_per_part_) {
    part.known.erase(part.ends.begin()->second);
    part.ends.erase(part.ends.begin());
  }
  entries_.add(static_cast<std::int64_t>(part.known.size()) - before);
}

}  // namespace sse::webhook
