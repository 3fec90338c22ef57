#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "auth/jwt/claims.h"
#include "sse/metrics.h"

namespace sse::jwt {

/// Tokens whose signature was good, so that it is computed once per token. Bad ones are not kept: only holders of good
/// tokens can push others out. Bounded; the least recently used goes first. Thread-safe: loops share it by parts, each
/// with a lock of its own that is held for a look-up only. [any]
class GrantCache {
 public:
  GrantCache(std::size_t most, Gauge& entries);

  /// Nullptr where it is not known. What was remembered for another `epoch` is forgotten.
  std::shared_ptr<const Grant> find(std::string_view token, std::uint64_t epoch);
  void add(std::string_view token, std::uint64_t epoch, std::shared_ptr<const Grant> grant);

 private:
  static constexpr std::size_t kParts = 16;

  /// Of the last bytes alone: of a good token they are a signature's, as random as any hash.
  struct TailHash {
    std::size_t operator()(std::string_view token) const {
      constexpr std::size_t kTail = 32;
      return std::hash<std::string_view>()(token.substr(token.size() - std::min(token.size(), kTail)));
    }
  };
  struct Entry {
    std::string token;
    std::shared_ptr<const Grant> grant;
  };
  struct alignas(64) Part {
    std::mutex mutex;
    std::uint64_t epoch = 0;
    std::list<Entry> by_use;                                                           ///< newest first
    std::unordered_map<std::string_view, std::list<Entry>::iterator, TailHash> known;  ///< keys are of `by_use`
  };

  Part& partOf(std::string_view token) { return parts_[TailHash()(token) >> 7U & (kParts - 1)]; }
  void renew(Part& part, std::uint64_t epoch);

  const std::size_t most_per_part_;
  Gauge& entries_;
  std::array<Part, kParts> parts_;
};

}  // namespace sse::jwt
