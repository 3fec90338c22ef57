#include "channel/origins.h"

#include <algorithm>
#include <cstring>

namespace sse::channel {
namespace {

std::uint64_t keyOf(const Tag& tag) {
  std::uint64_t key = 0;
  std::memcpy(&key, tag.data(), sizeof key);
  return key;
}

}  // namespace

bool Origins::raise(const Identity& id) {
  const auto key = keyOf(id.origin);
  auto found = known_.find(key);
  if (found == known_.end()) {
    if (id.number == 0) return false;
    if (known_.size() == kMost) makeRoom();
    found = known_.emplace(key, Known()).first;
  }
  found->second.heard = ++heard_;
  if (id.number <= found->second.number) return false;
  found->second.number = id.number;
  return true;
}

void Origins::makeRoom() {
  known_.erase(std::ranges::min_element(known_, {}, [](const auto& entry) { return entry.second.heard; }));
}

bool Origins::knows(const Tag& origin) const { return known_.contains(keyOf(origin)); }

std::uint64_t Origins::numberOf(const Tag& origin) const {
  const auto found = known_.find(keyOf(origin));
  return found == known_.end() ? 0 : found->second.number;
}

void Origins::appendTo(std::vector<Identity>& out) const {
  out.reserve(out.size() + known_.size());
  for (const auto& [key, known] : known_) {
    Identity identity{{}, known.number};
    std::memcpy(identity.origin.data(), &key, sizeof key);
    out.push_back(identity);
  }
}

}  // namespace sse::channel
