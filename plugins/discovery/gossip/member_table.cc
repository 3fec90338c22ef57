#include "discovery/gossip/member_table.h"

#include <algorithm>
#include <utility>

namespace sse::gossip {

Member* MemberTable::find(const std::string& name) {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second.get();
}

const Member* MemberTable::find(const std::string& name) const { return const_cast<MemberTable*>(this)->find(name); }

Member* MemberTable::insert(Member member) {
  if (order_.size() >= limit_) return nullptr;
  auto owned = std::make_unique<Member>(std::move(member));
  auto* node = owned.get();
  by_name_[node->name] = std::move(owned);
  order_.push_back(node);
  std::swap(order_[random_.below(order_.size())], order_.back());
  return node;
}

const Member* MemberTable::step() { return next_ < order_.size() ? order_[next_++] : nullptr; }

std::vector<Member> MemberTable::newRound(Clock::time_point before, const std::string& keep) {
  std::vector<Member> forgotten;
  std::erase_if(order_, [&](Member* member) {
    if (member->active() || member->changed >= before || member->name == keep) return false;
    const auto found = by_name_.find(member->name);
    forgotten.push_back(std::move(*found->second));
    by_name_.erase(found);
    return true;
  });
  random_.shuffle(order_);
  next_ = 0;
  return forgotten;
}

std::size_t MemberTable::count(NodeState state) const {
  return static_cast<std::size_t>(
      std::count_if(order_.begin(), order_.end(), [&](const Member* member) { return member->state == state; }));
}

}  // namespace sse::gossip
