#include "api/rate_limit.h"

#include <algorithm>
#include <cmath>

#include "net/address.h"

namespace sse::api {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;

}  // namespace

std::string RateLimit::address(std::string_view numeric) { return "@" + net::countedAddress(numeric); }

bool RateLimit::take(std::string_view who, std::uint64_t events, std::int64_t now_us) {
  const auto depth = static_cast<double>(perSecond());
  if (depth == 0) return true;
  const std::lock_guard lock(mutex_);
  forgetQuiet(now_us);
  const auto cost = static_cast<double>(events);
  auto [found, fresh] = buckets_.try_emplace(std::string(who), Bucket{depth, now_us});
  auto& bucket = found->second;
  bucket.tokens = tokens(bucket, now_us);
  bucket.at_us = now_us;
  if (bucket.tokens < std::min(cost, depth)) return false;
  bucket.tokens -= cost;
  return true;
}

std::uint64_t RateLimit::wait(std::string_view who, std::uint64_t events, std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  const auto found = buckets_.find(std::string(who));
  const auto depth = static_cast<double>(perSecond());
  if (found == buckets_.end() || depth == 0) return 1;
  const double missing = std::min(static_cast<double>(events), depth) - tokens(found->second, now_us);
  return static_cast<std::uint64_t>(std::max(1.0, std::ceil(missing / depth)));
}

double RateLimit::tokens(const Bucket& bucket, std::int64_t now_us) const {
  const auto depth = static_cast<double>(perSecond());
  return std::min(depth, bucket.tokens + static_cast<double>(now_us - bucket.at_us) / kSecondUs * depth);
}

void RateLimit::forgetQuiet(std::int64_t now_us) {
  if (now_us < swept_us_ + kSecondUs) return;
  swept_us_ = now_us;
  std::erase_if(buckets_,
                [&](const auto& item) { return tokens(item.second, now_us) >= static_cast<double>(perSecond()); });
}

}  // namespace sse::api
