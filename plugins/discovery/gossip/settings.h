#pragma once

#include <cstddef>
#include <string>

#include "discovery/gossip/endpoint.h"
#include "discovery/gossip/intervals.h"
#include "discovery/gossip/versions.h"

namespace sse::gossip {

/// What one engine is and may use. Constant while it lives.
struct EngineSettings {
  std::string name;   ///< ours, unique in the cluster
  Endpoint endpoint;  ///< what we advertise
  std::string meta;   ///< at most kMaxMeta bytes
  Versions versions = kVersions;
  Intervals intervals = kLan;
  std::size_t packet_room = 1398;  ///< roomBeside(…, 0) of the packet codec
  std::size_t max_members = 10'000;
  std::size_t max_relays = 1024;    ///< indirect pings of others that wait for their ack
  std::size_t max_exchanges = 128;  ///< push/pulls of our own at the same time
};

inline constexpr std::size_t kMaxMeta = 512;
inline constexpr std::size_t kMaxName = 512;  ///< our limit for names of others; a host name has at most 253 bytes

}  // namespace sse::gossip
