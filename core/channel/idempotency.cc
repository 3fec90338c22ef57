#include "channel/idempotency.h"

#include <cstring>

#include "base/tag.h"

namespace sse::channel {

std::optional<IdempotencyIndex::Known> IdempotencyIndex::find(std::string_view key, std::int64_t now_us) const {
  const auto found = records_.find(std::string(key.substr(0, kScope)));
  if (found == records_.end() || found->second.until <= now_us) return std::nullopt;
  return Known{found->second.identity, found->second.content == key.substr(kScope)};
}

void IdempotencyIndex::remember(std::string_view key, const Identity& identity, std::int64_t now_us) {
  expire(now_us);
  std::string scope(key.substr(0, kScope));
  const std::int64_t until = now_us + kLifeUs;
  records_[scope] = {identity, std::string(key.substr(kScope)), until};
  order_.emplace_back(until, std::move(scope));
}

void IdempotencyIndex::expire(std::int64_t now_us) {
  while (!order_.empty() && (order_.front().first <= now_us || order_.size() >= kMaxKeys)) {
    const auto& [until, scope] = order_.front();
    if (const auto found = records_.find(scope); found != records_.end() && found->second.until == until) {
      records_.erase(found);
    }
    order_.pop_front();
  }
}

std::string idempotencyKey(std::string_view channel, std::string_view publisher, std::string_view key,
                           std::string_view content) {
  std::string scope;
  for (const auto part : {channel, publisher, key}) {
    scope += std::to_string(part.size());
    scope += ':';
    scope += part;
  }
  const std::uint64_t words[] = {base::stableHash(scope, 1), base::stableHash(scope, 2), base::stableHash(content, 3)};
  std::string out(IdempotencyIndex::kSize, '\0');
  std::memcpy(out.data(), words, sizeof words);
  return out;
}

}  // namespace sse::channel
