#pragma once

#include <optional>
#include <string>
#include <vector>

#include "discovery/gossip/hosts.h"
#include "discovery/gossip/intervals.h"
#include "discovery/gossip/packet_codec.h"

namespace sse::gossip {

/// What the option table says, checked and parsed.
struct Options {
  std::optional<std::uint16_t> port;
  std::string bind;       ///< 4 or 16 bytes; empty: all addresses
  std::string advertise;  ///< 4 or 16 bytes; empty: to be found
  std::vector<JoinHost> hosts;
  Intervals intervals = kLan;
  WireSettings wire;

  /// Reads the settings; the error names every key that is wrong. [any]
  static Result<Options> parse(std::string_view settings_json);
};

}  // namespace sse::gossip
