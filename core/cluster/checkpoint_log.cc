#include "cluster/checkpoint_log.h"

#include <algorithm>

namespace sse::cluster {

void CheckpointLog::add(Checkpoint checkpoint, Clock::time_point now) {
  const auto at =
      std::lower_bound(entries_.begin(), entries_.end(), checkpoint.position,
                       [](const Entry& entry, std::uint64_t position) { return entry.checkpoint.position < position; });
  newest_ = std::max(newest_, now);
  numbers_ += checkpoint.highest.size();
  if (at != entries_.end() && at->checkpoint.position == checkpoint.position) {
    numbers_ -= at->checkpoint.highest.size();
    *at = {std::move(checkpoint), now};
    return;
  }
  entries_.insert(at, Entry{std::move(checkpoint), now});
  while (entries_.size() > kMost || (numbers_ > kMostNumbers && entries_.size() > 3)) thin();
}

void CheckpointLog::thin() {
  std::deque<Entry> kept;
  numbers_ = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (i < entries_.size() / 2 && i % 2 == 1) continue;
    numbers_ += entries_[i].checkpoint.highest.size();
    kept.push_back(std::move(entries_[i]));
  }
  entries_ = std::move(kept);
}

void CheckpointLog::expire(Clock::time_point now, Duration max_age) {
  while (entries_.size() > 1 && now - entries_[1].added > max_age) {
    numbers_ -= entries_.front().checkpoint.highest.size();
    entries_.pop_front();
  }
}

const Checkpoint* CheckpointLog::find(std::uint64_t position) const {
  const auto behind =
      std::upper_bound(entries_.begin(), entries_.end(), position,
                       [](std::uint64_t value, const Entry& entry) { return value < entry.checkpoint.position; });
  return behind == entries_.begin() ? nullptr : &std::prev(behind)->checkpoint;
}

const Checkpoint* CheckpointLog::covered(const Had& had) const {
  const auto behind = std::partition_point(entries_.begin(), entries_.end(),
                                           [&](const Entry& entry) { return had.covers(entry.checkpoint); });
  return behind == entries_.begin() ? nullptr : &std::prev(behind)->checkpoint;
}

void CheckpointLog::appendTo(std::vector<Checkpoint>& all) const {
  for (const auto& entry : entries_) all.push_back(entry.checkpoint);
}

}  // namespace sse::cluster
