#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <shared_mutex>
#include <unordered_map>

#include "auth/webhook/answer.h"
#include "auth/webhook/question.h"
#include "sse/loop.h"
#include "sse/metrics.h"

namespace sse::webhook {

/// Answers that the endpoint said may be remembered. Bounded: the one that would end first goes first, so a look-up
/// changes nothing and loops look up side by side. Thread-safe: by parts, each with a lock of its own that is held for
/// a look-up only. [any]
class AnswerCache {
 public:
  AnswerCache(std::size_t most, Gauge& entries);
  AnswerCache(const AnswerCache&) = delete;
  AnswerCache& operator=(const AnswerCache&) = delete;

  /// Nullptr where it is not known, or no longer.
  std::shared_ptr<const Answer> find(const Key& key, Clock::time_point now) const;
  /// Remembers `answer` until `until`, in place of what was known by that key.
  void add(const Key& key, std::shared_ptr<const Answer> answer, Clock::time_point until);
  /// Forgets everything, and remembers nothing from now on.
  void close();

 private:
  static constexpr std::size_t kParts = 16;

  using Ends = std::multimap<Clock::time_point, Key>;
  struct Entry {
    std::shared_ptr<const Answer> answer;
    Ends::iterator end;
  };
  struct alignas(64) Part {
    mutable std::shared_mutex mutex;
    Ends ends;
    std::unordered_map<Key, Entry, KeyHash> known;
    bool closed = false;
  };

  static std::size_t partOf(const Key& key) { return key.back() & (kParts - 1); }

  const std::size_t most_per_part_;
  Gauge& entries_;
  std::array<Part, kParts> parts_;
};

}  // namespace sse::webhook
