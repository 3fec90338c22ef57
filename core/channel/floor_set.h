#pragma once

#include <vector>

#include "sse/event.h"

namespace sse::channel {

/// Of each origin the number of the newest event that cannot be had. A handful of origins: one per process start of a
/// node that published here. Owned by a log or the journal, under its lock.
class FloorSet {
 public:
  void raise(const Identity& lost);
  void raise(const std::vector<Identity>& lost) {
    for (const auto& each : lost) raise(each);
  }
  void merge(const FloorSet& other) { raise(other.lost_); }
  [[nodiscard]] bool empty() const { return lost_.empty(); }
  [[nodiscard]] const std::vector<Identity>& list() const { return lost_; }
  /// Whether somebody who has of each origin what `had` says misses something that is lost here.
  [[nodiscard]] bool misses(const std::vector<Identity>& had) const;

 private:
  std::vector<Identity> lost_;  ///< newest raised last
};

}  // namespace sse::channel
