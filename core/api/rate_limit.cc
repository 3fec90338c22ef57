#include "api/rate_limit.h"

#include <algorithm>

namespace sse::api {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;

}  // namespace

bool RateLimit::take(std::string_view who, std::uint64_t events, std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  forgetQuiet(now_us);
  const auto depth = static_cast<double>(per_second_);
  auto [found, fresh] = buckets_.try_emplace(std::string(who), Bucket{depth, now_us});
  auto& bucket = found->second;
  const double passed = static_cast<double>(now_us - bucket.at_us) / kSecondUs;
  bucket.tokens = std::min(depth, bucket.tokens + passed * depth);
  bucket.at_us = now_us;
  if (bucket.tokens < static_cast<double>(events)) return false;
  bucket.tokens -= static_cast<double>(events);
  return true;
}

void RateLimit::forgetQuiet(std::int64_t now_us) {
  if (now_us < swept_us_ + kSecondUs) return;
  swept_us_ = now_us;
  std::erase_if(buckets_, [now_us](const auto& item) { return item.second.at_us + kSecondUs < now_us; });
}

}  // namespace sse::api
