#include "channel/origins.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sse::channel {
namespace {

std::uint64_t keyOf(const Tag& tag) {
  std::uint64_t key = 0;
  std::memcpy(&key, tag.data(), sizeof key);
  return key;
}

}  // namespace

Origins::Known& Origins::find(const Tag& origin) {
  const auto key = keyOf(origin);
  auto found = known_.find(key);
  if (found == known_.end()) {
    if (known_.size() == kMost) makeRoom();
    found = known_.emplace(key, Known()).first;
  }
  found->second.heard = ++heard_;
  return found->second;
}

bool Origins::raise(const Identity& id) {
  if (id.number == 0) return false;
  auto& known = find(id.origin);
  if (id.number <= known.number) return false;
  if (known.number == 0) ++arrived_;
  known.number = id.number;
  return true;
}

void Origins::note(const Tag& origin) { find(origin); }

void Origins::makeRoom() {
  const auto rank = [](const auto& entry) { return std::pair(entry.second.number > 0, entry.second.heard); };
  const auto last = std::ranges::min_element(known_, {}, rank);
  if (last->second.number > 0) --arrived_;
  known_.erase(last);
}

bool Origins::knows(const Tag& origin) const { return known_.contains(keyOf(origin)); }

std::uint64_t Origins::numberOf(const Tag& origin) const {
  const auto found = known_.find(keyOf(origin));
  return found == known_.end() ? 0 : found->second.number;
}

void Origins::appendTo(std::vector<Identity>& out) const { append(out, false); }

void Origins::appendQuiet(std::vector<Identity>& out) const { append(out, true); }

void Origins::append(std::vector<Identity>& out, bool quiet) const {
  out.reserve(out.size() + known_.size());
  for (const auto& [key, known] : known_) {
    if ((known.number == 0) != quiet) continue;
    Identity identity{{}, known.number};
    std::memcpy(identity.origin.data(), &key, sizeof key);
    out.push_back(identity);
  }
}

}  // namespace sse::channel
