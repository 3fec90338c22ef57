#pragma once

#include <string>
#include <vector>

#include "discovery/gossip/intervals.h"

namespace sse::gossip {

/// How long a suspect may take to refute, shortened by each other node that suspects it too (docs/memberlist.md
/// section 14). A value of the membership, one per suspect.
class Suspicion {
 public:
  /// Begun at `start` by `from` in a table of `members`, forgotten ones excluded, dead ones not.
  Suspicion(const Intervals& intervals, std::size_t members, std::string from, Clock::time_point start);

  /// Takes another node's suspicion. True where it counts: the node is new and not enough have confirmed yet.
  bool confirm(const std::string& from);

  /// When the suspect is to be declared dead; may be past after a confirmation.
  [[nodiscard]] Clock::time_point deadline() const { return start_ + timeout(); }

 private:
  [[nodiscard]] Duration timeout() const;

  Duration min_;
  Duration max_;
  std::size_t wanted_;                 // confirmations that bring it down to min
  std::vector<std::string> accusers_;  // who began, then who confirmed
  Clock::time_point start_;
};

}  // namespace sse::gossip
