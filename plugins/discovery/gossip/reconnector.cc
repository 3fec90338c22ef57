#include "discovery/gossip/reconnector.h"

namespace sse::gossip {

void Reconnector::advance(Clock::time_point now) {
  if (due_ > now) return;
  due_ = now + kEvery;
  const auto& table = membership_.table();
  const auto departed = [&](const Member& member) {
    return !member.active() && !membership_.isUs(member.name) && member.changed + kEvery <= now;
  };
  const auto sought = table.sample(1, departed);
  if (sought.empty() || random_.below(table.count(NodeState::Alive)) >= kSeekers) return;
  exchanges_.seek(sought.front()->endpoint, now);
}

}  // namespace sse::gossip
