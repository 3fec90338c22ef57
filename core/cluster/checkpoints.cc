#include "cluster/checkpoints.h"

#include <algorithm>

namespace sse::cluster {

void Checkpoints::keep(Checkpoint checkpoint, Clock::time_point now) {
  if (checkpoint.node == own_) return;
  const std::lock_guard lock(mutex_);
  if (others_.size() >= kMostNodes && !others_.contains(checkpoint.node)) {
    others_.erase(std::min_element(others_.begin(), others_.end(),
                                   [](const auto& a, const auto& b) { return a.second.newest() < b.second.newest(); }));
  }
  auto& log = others_[checkpoint.node];
  log.add(std::move(checkpoint), now);
}

void Checkpoints::recordOwn(Checkpoint checkpoint, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  local_.add(std::move(checkpoint), now);
}

std::optional<Checkpoint> Checkpoints::find(const Tag& node, std::uint64_t position) const {
  const std::lock_guard lock(mutex_);
  const CheckpointLog* log = &local_;
  if (node != own_) {
    const auto found = others_.find(node);
    if (found == others_.end()) return std::nullopt;
    log = &found->second;
  }
  const auto* checkpoint = log->find(position);
  return checkpoint == nullptr ? std::nullopt : std::optional(*checkpoint);
}

std::vector<Checkpoint> Checkpoints::all() const {
  std::vector<Checkpoint> all;
  const std::lock_guard lock(mutex_);
  local_.appendTo(all);
  for (const auto& [node, log] : others_) log.appendTo(all);
  return all;
}

std::uint64_t Checkpoints::covered(const Had& had, const Checkpoint& now) const {
  if (had.covers(now)) return now.position;
  const std::lock_guard lock(mutex_);
  const auto* checkpoint = local_.covered(had);
  return checkpoint == nullptr ? 0 : checkpoint->position;
}

std::uint64_t Checkpoints::coveredAt(const Tag& node, const Had& had) const {
  const std::lock_guard lock(mutex_);
  const auto found = others_.find(node);
  const auto* checkpoint = found == others_.end() ? nullptr : found->second.covered(had);
  return checkpoint == nullptr ? 0 : checkpoint->position;
}

void Checkpoints::expire(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  local_.expire(now, max_age_);
  for (auto it = others_.begin(); it != others_.end();) {
    it->second.expire(now, max_age_);
    it = now - it->second.newest() > max_age_ ? others_.erase(it) : std::next(it);
  }
}

}  // namespace sse::cluster
