#pragma once

#include <cstdint>
#include <optional>

#include "discovery/gossip/packets.h"

namespace sse::gossip {

/// Asks one node after the other whether it lives: a ping, then pings by way of others and by a stream, then the
/// suspicion (docs/memberlist.md section 13). At most one probe runs. Owned by the engine; one thread.
class Prober {
 public:
  /// All that is lent outlives it.
  Prober(const EngineSettings& settings, Membership& membership, Packets& packets, Outbox& outbox, Random& random,
         Numbers& numbers);

  /// The first probe comes within one interval.
  void start(Clock::time_point now);
  /// Ends the running probe without a verdict; begins none any more.
  void stop();

  /// An ack: true where it is for the running probe, which then has succeeded, whoever brought it.
  bool ack(std::uint32_t sequence, Clock::time_point now);
  /// Somebody whom we asked to ping lives, and got no answer.
  void nack(std::uint32_t sequence);
  /// How a stream went: true where it was the running probe's.
  bool answered(std::uint64_t call, const Result<StreamMessage>& answer);
  /// A packet could not be sent because of this machine: if it was the running probe's ping, there will be no verdict.
  void unsent(const Endpoint& to);

  [[nodiscard]] Clock::time_point next() const;
  void advance(Clock::time_point now);

 private:
  struct Probe {
    Member target;  // as it was at the beginning: what it does since then counts against the verdict
    std::uint32_t sequence = 0;
    Clock::time_point begun;
    Clock::time_point ask_others;
    Clock::time_point end;
    bool asked_others = false;
    std::size_t nacks_wanted = 0;
    std::size_t nacks = 0;
    std::uint64_t call = 0;
    bool stream_ok = false;
  };

  [[nodiscard]] const Member* choose(Clock::time_point now);
  void begin(const Member& target, Clock::time_point now);
  void askOthers();
  void succeed(std::chrono::microseconds rtt, bool by_stream);
  void fail(Clock::time_point now);
  void finish(Clock::time_point now);
  [[nodiscard]] Source source() const;

  const EngineSettings& settings_;
  Membership& membership_;
  Packets& packets_;
  Outbox& outbox_;
  Random& random_;
  Numbers& numbers_;
  std::optional<Probe> probe_;
  Clock::time_point tick_ = Clock::time_point::max();
};

}  // namespace sse::gossip
