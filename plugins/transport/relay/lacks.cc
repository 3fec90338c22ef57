#include "transport/relay/lacks.h"

#include <algorithm>

namespace sse::relay {
namespace {

std::uint64_t numberOf(const std::vector<Identity>& here, const Tag& origin) {
  const auto found = std::ranges::lower_bound(here, origin, {}, &Identity::origin);
  return found != here.end() && found->origin == origin ? found->number : 0;
}

}  // namespace

std::optional<Tag> Lacks::look(const std::vector<Peer>& peers, const std::vector<Identity>& here,
                               const std::function<bool(const Tag&)>& read, Clock::time_point now) {
  Found found;
  if (here.size() < kMostOrigins) {
    for (const auto& peer : peers) {
      for (const auto& id : *peer.held) {
        if (id.number <= numberOf(here, id.origin) || read(id.origin)) continue;
        if (const auto asked = asked_.find(id.origin); asked != asked_.end() && id.number <= asked->second) continue;
        auto& missing = found[id.origin];
        if (id.number > missing.number) missing = {id.number, peer.tag, now};
        if (found.size() == kMostOrigins) break;
      }
    }
  }
  for (auto& [origin, missing] : found) {
    const auto before = missing_.find(origin);
    if (before != missing_.end() && before->second.number == missing.number) missing.since = before->second.since;
  }
  missing_ = std::move(found);
  if (last_ && now - *last_ < kApart) return std::nullopt;
  const auto old =
      std::ranges::find_if(missing_, [&](const auto& each) { return now - each.second.since >= kSettled; });
  if (old == missing_.end()) return std::nullopt;
  last_ = now;
  from_ = old->second.peer;
  wanted_.clear();
  for (const auto& [origin, missing] : missing_) {
    if (missing.peer == from_) wanted_[origin] = missing.number;
  }
  return from_;
}

void Lacks::filled(const Tag& peer, const Checkpoint& checkpoint) {
  if (from_ != peer) return;
  from_.reset();
  if (asked_.size() >= kMostOrigins) asked_.clear();
  for (const auto& id : checkpoint.highest) {
    const auto wanted = wanted_.find(id.origin);
    if (wanted != wanted_.end() && id.number >= wanted->second) asked_[id.origin] = wanted->second;
  }
}

}  // namespace sse::relay
