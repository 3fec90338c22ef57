#include "channel/floor_set.h"

#include <algorithm>

namespace sse::channel {

void FloorSet::raise(const Identity& lost) {
  for (auto& known : lost_) {
    if (known.origin != lost.origin) continue;
    known.number = std::max(known.number, lost.number);
    return;
  }
  lost_.push_back(lost);
}

bool FloorSet::misses(const std::vector<Identity>& had) const {
  return std::ranges::any_of(lost_, [&had](const Identity& lost) {
    const auto found = std::ranges::find(had, lost.origin, &Identity::origin);
    return found == had.end() || found->number < lost.number;
  });
}

}  // namespace sse::channel
