#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sse::api {

/// `limits.publish_rate`: a token bucket per publisher, a second's worth deep. Shared by all loops, one mutex. Forgets
/// who has been quiet for a second, so that it stays as small as the number of active publishers.
class RateLimit {
 public:
  explicit RateLimit(std::uint64_t per_second) : per_second_(per_second) {}

  /// Takes `events` tokens; false where there are not enough. [any]
  bool take(std::string_view who, std::uint64_t events, std::int64_t now_us);

 private:
  struct Bucket {
    double tokens = 0;
    std::int64_t at_us = 0;
  };
  void forgetQuiet(std::int64_t now_us);

  const std::uint64_t per_second_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
  std::int64_t swept_us_ = 0;
};

}  // namespace sse::api
