#pragma once

#include <optional>
#include <vector>

#include "discovery/gossip/exchanges.h"
#include "discovery/gossip/joiner.h"
#include "discovery/gossip/prober.h"
#include "discovery/gossip/reconnector.h"
#include "discovery/gossip/relays.h"

namespace sse::gossip {

/// One node of a memberlist cluster as a pure state machine: messages and the time go in, packets, streams and events
/// come out by `take`. It has no sockets, no clock and no thread, and its chance comes from a seed: the same inputs
/// give the same outputs. Bytes and layers are its owner's business (packet_codec.h, stream_codec.h). Owned by the
/// plugin, one thread. Times that are handed in never go back.
class Engine {
 public:
  Engine(EngineSettings settings, std::uint64_t seed);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Begins as a cluster of one. `joins`: there are hosts to join; they are asked for by Outbox::hosts_wanted.
  /// To be called once, first.
  void start(bool joins, Clock::time_point now);

  /// What the configured hosts resolve to: the answer to Outbox::hosts_wanted.
  void hosts(const std::vector<Endpoint>& endpoints, Clock::time_point now);

  /// A message of a packet that came from there.
  void received(const Endpoint& from, const PacketMessage& message, Clock::time_point now);

  /// The message of a stream that somebody opened; the answer to it, or nothing: close. [section 10.2]
  std::optional<StreamMessage> requested(const StreamMessage& message, Clock::time_point now);

  /// The answer to an OutgoingCall, or why there is none.
  void answered(std::uint64_t call, const Result<StreamMessage>& answer, Clock::time_point now);

  /// A packet could not be sent because of this machine, not because of the receiver.
  void unsent(const Endpoint& to) { prober_.unsent(to); }

  /// Says goodbye and stops probing; pings are answered on. [section 18]
  void leave(Clock::time_point now);
  /// Whether the goodbye was sent as often as is due, or nobody is there to hear it.
  [[nodiscard]] bool gone() const;

  /// When `advance` is to be called at the latest, unless something comes in before; `max()` where never.
  [[nodiscard]] Clock::time_point next() const;
  /// Does what is due.
  void advance(Clock::time_point now);

  /// What is to be done, and forgets it. After every call of another method.
  [[nodiscard]] Outbox take();

  [[nodiscard]] const Membership& membership() const { return membership_; }
  [[nodiscard]] const Joiner& joiner() const { return joiner_; }

 private:
  void ping(const Endpoint& from, const Ping& message);
  void ack(const Ack& message, Clock::time_point now);
  void realignGossip(Clock::time_point now);

  const EngineSettings settings_;
  Random random_;
  Outbox outbox_;
  Numbers numbers_;
  Membership membership_;
  Packets packets_;
  Prober prober_;
  Relays relays_;
  Exchanges exchanges_;
  Joiner joiner_;
  Reconnector reconnector_;
  Clock::time_point gossip_ = Clock::time_point::max();
};

}  // namespace sse::gossip
