#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "discovery/gossip/membership.h"

namespace sse::gossip {

/// Push/pulls: whole tables swapped over streams, every so often with a random node and at joining (docs/memberlist.md
/// sections 10.3 and 17). Owned by the engine; one thread. At most `max_exchanges` of our own run at the same time.
class Exchanges {
 public:
  /// All that is lent outlives it.
  Exchanges(const EngineSettings& settings, Membership& membership, Outbox& outbox, Random& random, Numbers& numbers);

  /// Begins the schedule: the first one after one interval and up to one more.
  void start(Clock::time_point now);
  /// Ends the schedule; answers to what runs are ignored.
  void stop();

  /// Opens a stream to swap tables; false where too many run.
  bool begin(const Endpoint& with, bool join, Clock::time_point now);

  /// The same with one that is dead or has left, unless a try of it is still running: that it fails is no news.
  void seek(const Endpoint& departed, Clock::time_point now);

  /// The answer to somebody else's push/pull: the table as it was before, then what it said is merged.
  PushPull accept(const PushPull& request, Clock::time_point now);

  /// How one that we began has ended.
  struct Ended {
    Endpoint with;
    bool join = false;
    bool ok = false;
    bool with_us = false;  ///< nobody but us is alive there: it was ourselves who answered
  };
  /// Takes the answer to a call and merges it; nothing where the call is not of this class.
  std::optional<Ended> answered(std::uint64_t call, const Result<StreamMessage>& answer, Clock::time_point now);

  [[nodiscard]] Clock::time_point next() const { return due_; }
  void advance(Clock::time_point now);

  /// The time between two scheduled ones in a table of `members`. [section 17]
  static Duration interval(const Intervals& intervals, std::size_t members);

 private:
  struct Running {
    Endpoint with;
    bool join;
    bool sought;
  };
  bool open(const Running& exchange, Clock::time_point now);
  Result<void> merge(const Result<StreamMessage>& answer, Clock::time_point now);
  [[nodiscard]] bool isUs(const StreamMessage& answer) const;

  const EngineSettings& settings_;
  Membership& membership_;
  Outbox& outbox_;
  Random& random_;
  Numbers& numbers_;
  std::map<std::uint64_t, Running> running_;  // by call
  Clock::time_point due_ = Clock::time_point::max();
};

}  // namespace sse::gossip
