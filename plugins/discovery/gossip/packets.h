#pragma once

#include <string>
#include <vector>

#include "discovery/gossip/membership.h"

namespace sse::gossip {

/// Puts messages and broadcasts together into packets (docs/memberlist.md sections 6.3 and 16). Owned by the engine.
class Packets {
 public:
  Packets(const EngineSettings& settings, Membership& membership, Outbox& outbox)
      : settings_(settings), membership_(membership), outbox_(outbox) {}

  /// A ping, ack, nack or indirect ping, with as many broadcasts as there is room for. By address, so without a CRC.
  void send(const Endpoint& to, const PacketMessage& message);

  /// Exactly these messages, to a node that is known.
  void sendOnly(const Member& to, const std::vector<PacketMessage>& messages);

  /// One round of gossip: broadcasts to a few nodes by chance.
  void gossip(Clock::time_point now);

 private:
  const EngineSettings& settings_;
  Membership& membership_;
  Outbox& outbox_;
};

}  // namespace sse::gossip
