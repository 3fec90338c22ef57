#pragma once

#include "discovery/gossip/exchanges.h"

namespace sse::gossip {

/// Looks for those that have died or left and are still in the table, at the address they had: one that was restarted
/// and knows nobody, or was cut off for a while, is a member again within seconds. hashicorp/memberlist leaves this to
/// its users. In a cluster of any size some three nodes at a time do so. Owned by the engine; one thread.
class Reconnector {
 public:
  static constexpr Duration kEvery{1000};     ///< one try of one of them
  static constexpr std::size_t kSeekers = 3;  ///< nodes of the cluster that try at the same time, by chance

  /// All that is lent outlives it.
  Reconnector(const Membership& membership, Exchanges& exchanges, Random& random)
      : membership_(membership), exchanges_(exchanges), random_(random) {}

  void start(Clock::time_point now) { due_ = now + kEvery; }
  /// Begins nothing any more.
  void stop() { due_ = Clock::time_point::max(); }

  /// To be called when the prober has a turn at the latest: it needs no timer of its own.
  void advance(Clock::time_point now);

 private:
  const Membership& membership_;
  Exchanges& exchanges_;
  Random& random_;
  Clock::time_point due_ = Clock::time_point::max();
};

}  // namespace sse::gossip
