#include "discovery/gossip/broadcasts.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace sse::gossip {

bool Broadcasts::Order::operator()(const Entry& a, const Entry& b) const {
  return std::tie(a.sent, b.size, b.number) < std::tie(b.sent, a.size, a.number);
}

bool Broadcasts::Order::operator()(const Entry& a, const Key& b) const {
  return std::tie(a.sent, b.size) < std::tie(b.sent, a.size);
}

void Broadcasts::queue(const std::string& node, std::string message) {
  drop(node);
  const auto size = message.size();
  by_node_[node] = queue_.insert({0, size, next_++, node, std::move(message)}).first;
}

void Broadcasts::drop(const std::string& node) {
  const auto found = by_node_.find(node);
  if (found == by_node_.end()) return;
  queue_.erase(found->second);
  by_node_.erase(found);
}

std::size_t Broadcasts::limit(std::size_t members) const {
  const auto scale = std::ceil(std::log10(static_cast<double>(members + 1)));
  return std::max<std::size_t>(1, multiplier_ * static_cast<std::size_t>(scale));
}

std::vector<std::string> Broadcasts::pick(std::size_t room, std::size_t overhead, std::size_t members) {
  std::vector<std::string> picked;
  std::vector<Queue::node_type> again;
  const auto most = limit(members);
  for (auto at = queue_.begin(); at != queue_.end() && room > overhead;) {
    if (at->size + overhead > room) {
      // The rest of this level down to what fits can be jumped over; `at` itself is larger, so this moves on.
      at = queue_.lower_bound(Key{at->sent, room - overhead});
      continue;
    }
    auto entry = queue_.extract(at++);
    room -= entry.value().size + overhead;
    picked.push_back(entry.value().message);
    if (++entry.value().sent < most) {
      again.push_back(std::move(entry));
    } else {
      by_node_.erase(entry.value().node);
    }
  }
  for (auto& entry : again) {
    const auto node = entry.value().node;
    by_node_[node] = queue_.insert(std::move(entry)).position;
  }
  return picked;
}

}  // namespace sse::gossip
