#pragma once

#include <algorithm>

#include "discovery/gossip/intervals.h"

namespace sse::gossip {

/// How far this node doubts itself: 0 is good. A node that misses acks or is suspected takes longer to accuse others
/// (docs/memberlist.md section 15). Owned by the membership.
class Awareness {
 public:
  /// Adds to the score, which stays from 0 to kMaxAwareness - 1.
  void change(int by) { score_ = std::clamp(score_ + by, 0, kMaxAwareness - 1); }

  [[nodiscard]] int score() const { return score_; }

  /// `interval` stretched by the score.
  [[nodiscard]] Duration stretch(Duration interval) const { return interval * (score_ + 1); }

 private:
  int score_ = 0;
};

}  // namespace sse::gossip
