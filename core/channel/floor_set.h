#pragma once

#include <functional>
#include <vector>

#include "sse/event.h"

namespace sse::channel {

/// Of each origin the number of the newest event that cannot be had. A handful of origins: one per process start of a
/// node that published here, at most Origins::kMost: the one not raised for longest makes room. Owned by a log or the
/// journal, under its lock.
class FloorSet {
 public:
  void raise(const Identity& lost);
  void raise(const std::vector<Identity>& lost) {
    for (const auto& each : lost) raise(each);
  }
  void merge(const FloorSet& other) { raise(other.lost_); }
  [[nodiscard]] bool empty() const { return lost_.empty(); }
  [[nodiscard]] const std::vector<Identity>& list() const { return lost_; }
  /// Whether somebody who has of each origin what `had` says misses something that is lost here. Origins that are not
  /// `known` do not count: nobody can say any more what he had of them.
  [[nodiscard]] bool misses(const std::vector<Identity>& had, const std::function<bool(const Tag&)>& known) const;

 private:
  std::vector<Identity> lost_;  ///< newest raised last
};

}  // namespace sse::channel
