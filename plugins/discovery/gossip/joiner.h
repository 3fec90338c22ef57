#pragma once

#include <vector>

#include "discovery/gossip/exchanges.h"

namespace sse::gossip {

/// Gets us into the cluster by the configured hosts, and back into it (docs/memberlist.md section 18). While nobody
/// else is alive it tries all hosts again and again, with a back-off and by chance a little earlier or later. When
/// somebody is, it tries one host that is not a member now and then: so a cluster heals whose halves have forgotten
/// each other. Owned by the engine; one thread.
class Joiner {
 public:
  static constexpr Duration kFirstDelay{500};   ///< after the first tries that failed; doubled each time
  static constexpr Duration kMaxDelay{15'000};  ///<
  static constexpr std::size_t kAtOnce = 32;    ///< hosts tried at the same time

  /// All that is lent outlives it.
  Joiner(const EngineSettings& settings, const Membership& membership, Exchanges& exchanges, Outbox& outbox,
         Random& random)
      : settings_(settings), membership_(membership), exchanges_(exchanges), outbox_(outbox), random_(random) {}

  /// Asks for the hosts, and again each time they are due.
  void start(Clock::time_point now) { due_ = now; }
  /// Begins nothing any more.
  void stop();

  /// What the hosts resolve to now; empty where they do not. Ours may be among them.
  void hosts(const std::vector<Endpoint>& endpoints, Clock::time_point now);

  /// An exchange that joined has ended.
  void ended(const Exchanges::Ended& exchange, Clock::time_point now);

  /// Whether a host was ever reached; where we are one of the hosts, whether each of the others was tried once.
  [[nodiscard]] bool joined() const { return reached_ || (ours_listed_ && tried_); }
  /// Whether each host was tried once.
  [[nodiscard]] bool tried() const { return tried_; }

  [[nodiscard]] Clock::time_point next() const { return due_; }
  void advance(Clock::time_point now);

 private:
  [[nodiscard]] bool isMember(const Endpoint& endpoint) const;
  void schedule(Clock::time_point now);

  const EngineSettings& settings_;
  const Membership& membership_;
  Exchanges& exchanges_;
  Outbox& outbox_;
  Random& random_;
  Clock::time_point due_ = Clock::time_point::max();
  Duration delay_ = kFirstDelay;
  std::size_t running_ = 0;
  bool alone_ = true;
  bool stopped_ = false;
  bool reached_ = false;
  bool tried_ = false;
  bool ours_listed_ = false;
};

}  // namespace sse::gossip
