#include "channel/floor_set.h"

#include <algorithm>

#include "channel/origins.h"

namespace sse::channel {

void FloorSet::raise(const Identity& lost) {
  const auto found = std::find_if(lost_.rbegin(), lost_.rend(),
                                  [&lost](const Identity& known) { return known.origin == lost.origin; });
  if (found == lost_.rend()) {
    if (lost_.size() == Origins::kMost) lost_.erase(lost_.begin());
    lost_.push_back(lost);
    return;
  }
  found->number = std::max(found->number, lost.number);
  const auto at = found.base() - 1;
  std::rotate(at, at + 1, lost_.end());
}

bool FloorSet::misses(const std::vector<Identity>& had, const std::function<bool(const Tag&)>& known) const {
  return std::ranges::any_of(lost_, [&](const Identity& lost) {
    const auto found = std::ranges::find(had, lost.origin, &Identity::origin);
    return (found == had.end() || found->number < lost.number) && known(lost.origin);
  });
}

}  // namespace sse::channel
