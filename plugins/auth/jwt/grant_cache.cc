#include "auth/jwt/grant_cache.h"

namespace sse::jwt {

GrantCache::GrantCache(std::size_t most, Gauge& entries)
    : most_per_part_((most + kParts - 1) / kParts), entries_(entries) {}

void GrantCache::renew(Part& part, std::uint64_t epoch) {
  if (part.epoch >= epoch) return;
  entries_.add(-static_cast<std::int64_t>(part.known.size()));
  part.known.clear();
  part.by_use.clear();
  part.epoch = epoch;
}

std::shared_ptr<const Grant> GrantCache::find(std::string_view token, std::uint64_t epoch) {
  Part& part = partOf(token);
  const std::lock_guard lock(part.mutex);
  renew(part, epoch);
  const auto found = part.known.find(token);
  if (found == part.known.end() || part.epoch != epoch) return nullptr;
  if (found->second != part.by_use.begin()) part.by_use.splice(part.by_use.begin(), part.by_use, found->second);
  return found->second->grant;
}

void GrantCache::add(std::string_view token, std::uint64_t epoch, std::shared_ptr<const Grant> grant) {
  if (most_per_part_ == 0) return;
  Part& part = partOf(token);
  const std::lock_guard lock(part.mutex);
  renew(part, epoch);
  if (part.epoch != epoch || part.known.contains(token)) return;
  if (part.known.size() >= most_per_part_) {
    part.known.erase(part.by_use.back().token);
    part.by_use.pop_back();
    entries_.add(-1);
  }
  part.by_use.push_front({std::string(token), std::move(grant)});
  part.known[part.by_use.front().token] = part.by_use.begin();
  entries_.add(1);
}

}  // namespace sse::jwt
