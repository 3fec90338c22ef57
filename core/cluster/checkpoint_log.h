#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "cluster/resume.h"
#include "sse/event.h"
#include "sse/loop.h"

namespace sse::cluster {

/// Checkpoints of one journal, oldest first. Not thread-safe. Holds at most kMost, with at most kMostNumbers in them:
/// when full, every second one of the older half goes, so that the reach stays and old ones stand further apart. The
/// newest one older than the maximal age stays as the base for positions before the next.
class CheckpointLog {
 public:
  static constexpr std::size_t kMost = 4096;
  static constexpr std::size_t kMostNumbers = 262'144;  ///< 4 MiB

  /// Keeps one; the same position again counts as new. Any order of positions.
  void add(Checkpoint checkpoint, Clock::time_point now);

  /// Forgets what is older than `max_age`, except the base.
  void expire(Clock::time_point now, Duration max_age);

  /// The newest at or before `position`.
  [[nodiscard]] const Checkpoint* find(std::uint64_t position) const;

  /// The newest whose whole content `had` covers: content only grows, so this is one search.
  [[nodiscard]] const Checkpoint* covered(const Had& had) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// When the newest was added.
  [[nodiscard]] Clock::time_point newest() const { return newest_; }
  void appendTo(std::vector<Checkpoint>& all) const;

 private:
  struct Entry {
    Checkpoint checkpoint;
    Clock::time_point added;
  };
  void thin();

  std::deque<Entry> entries_;  // by position, each once
  std::size_t numbers_ = 0;    // of all entries
  Clock::time_point newest_;
};

}  // namespace sse::cluster
