#include "cluster/resume.h"

#include <algorithm>

namespace sse::cluster {

Had::Had(std::vector<Identity> highest) : highest_(std::move(highest)) {
  std::sort(highest_.begin(), highest_.end(), [](const Identity& a, const Identity& b) {
    return a.origin != b.origin ? a.origin < b.origin : a.number > b.number;
  });
  const auto same = [](const Identity& a, const Identity& b) { return a.origin == b.origin; };
  highest_.erase(std::unique(highest_.begin(), highest_.end(), same), highest_.end());
}

Had Had::of(const Identity& event, const Identity& at, const Checkpoint& checkpoint) {
  auto highest = checkpoint.highest;
  highest.push_back(event);
  highest.push_back(at);
  return Had(std::move(highest));
}

std::uint64_t Had::numberOf(const Tag& origin) const {
  const auto found = std::lower_bound(highest_.begin(), highest_.end(), origin,
                                      [](const Identity& id, const Tag& tag) { return id.origin < tag; });
  return found != highest_.end() && found->origin == origin ? found->number : 0;
}

bool Had::covers(const Checkpoint& checkpoint) const {
  return std::all_of(checkpoint.highest.begin(), checkpoint.highest.end(),
                     [this](const Identity& id) { return has(id); });
}

}  // namespace sse::cluster
