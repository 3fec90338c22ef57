#include "transport/relay/asks.h"

#include <algorithm>

namespace sse::relay {

Asks::Added Asks::add(Key key, std::vector<const void*> links, Clock::time_point deadline) {
  if (open_.contains(key)) return Added::Already;
  if (open_.size() >= kMost || links.empty()) return Added::Full;
  open_.emplace(key, Open{std::move(links), deadline});
  return Added::Yes;
}

bool Asks::answered(Key key, const void* link, bool known) {
  const auto found = open_.find(key);
  if (found == open_.end()) return false;
  auto& links = found->second.links;
  if (std::erase(links, link) == 0) return false;
  if (!known && !links.empty()) return false;
  open_.erase(found);
  return true;
}

template <typename Ends>
std::vector<Asks::Key> Asks::end(Ends ends) {
  std::vector<Key> keys;
  for (auto it = open_.begin(); it != open_.end();) {
    if (ends(it->second)) {
      keys.push_back(it->first);
      it = open_.erase(it);
    } else {
      ++it;
    }
  }
  return keys;
}

std::vector<Asks::Key> Asks::gone(const void* link) {
  return end([&](Open& open) { return std::erase(open.links, link) > 0 && open.links.empty(); });
}

std::vector<Asks::Key> Asks::expired(Clock::time_point now) {
  return end([&](const Open& open) { return open.deadline <= now; });
}

}  // namespace sse::relay
