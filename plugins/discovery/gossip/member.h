#pragma once

#include "discovery/gossip/endpoint.h"
#include "discovery/gossip/message.h"
#include "sse/loop.h"

namespace sse::gossip {

/// What is known of one node (docs/memberlist.md section 12.1).
struct Member {
  std::string name;
  Endpoint endpoint;  ///< as it came
  std::string meta;
  Versions versions;  ///< six bytes
  std::uint32_t incarnation = 0;
  NodeState state = NodeState::Dead;
  Clock::time_point changed;  ///< when the state became what it is

  /// The highest protocol version the node understands.
  [[nodiscard]] std::uint8_t pmax() const { return versions.size() > 1 ? static_cast<std::uint8_t>(versions[1]) : 0; }
  /// Whether it counts as a member: alive or suspect.
  [[nodiscard]] bool active() const { return state == NodeState::Alive || state == NodeState::Suspect; }
};

}  // namespace sse::gossip
