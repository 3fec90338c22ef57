#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sse::api {

/// `limits.publish_rate`: a token bucket per publisher, a second's worth deep. Shared by all loops, one mutex. Forgets
/// whose bucket is full again, so that it stays as small as the number of active publishers.
class RateLimit {
 public:
  explicit RateLimit(std::uint64_t per_second = 0) : per_second_(per_second) {}

  /// Who publishes: an identity, or an address, of which those of one /64 of IPv6 are one; never the same. [any]
  static std::string identity(std::string_view name) { return "=" + std::string(name); }
  static std::string address(std::string_view numeric);

  /// From now on; 0: no limit. [any]
  void set(std::uint64_t per_second) { per_second_.store(per_second, std::memory_order_relaxed); }

  /// Takes `events` tokens; false where there are not enough. More than a second's worth passes when the bucket is full
  /// and leaves a debt, so that a large batch is slowed and not refused for ever. [any]
  bool take(std::string_view who, std::uint64_t events, std::int64_t now_us);
  /// After how many whole seconds the same would pass, if nothing else is taken meanwhile; at least 1. [any]
  [[nodiscard]] std::uint64_t wait(std::string_view who, std::uint64_t events, std::int64_t now_us);
  [[nodiscard]] std::uint64_t perSecond() const { return per_second_.load(std::memory_order_relaxed); }

 private:
  struct Bucket {
    double tokens = 0;
    std::int64_t at_us = 0;
  };
  [[nodiscard]] double tokens(const Bucket& bucket, std::int64_t now_us) const;
  void forgetQuiet(std::int64_t now_us);

  std::atomic<std::uint64_t> per_second_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
  std::int64_t swept_us_ = 0;
};

}  // namespace sse::api
