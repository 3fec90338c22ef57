#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "sse/loop.h"

namespace sse::gossip {

/// The protocol's timing (docs/memberlist.md section 19). Nodes of one cluster need not have the same.
struct Intervals {
  std::string_view name;
  Duration probe_interval;
  Duration probe_timeout;  ///< for the first ack
  std::size_t indirect_checks;
  int suspicion_multiplier;
  int suspicion_max_multiplier;
  std::size_t retransmit_multiplier;
  Duration gossip_interval;
  std::size_t gossip_nodes;
  Duration gossip_to_dead;  ///< how long the dead get gossip and stay in the table
  Duration push_pull_interval;
  Duration stream_timeout;  ///< for connecting and, each, for reading and for writing
};

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

inline constexpr int kMaxAwareness = 8;  ///< the health score stays below
inline constexpr Intervals kIntervals[] = {
    {"lan", 1s, 500ms, 3, 4, 6, 4, 200ms, 3, 30s, 30s, 10s},
    {"wan", 5s, 3s, 3, 6, 6, 4, 500ms, 4, 60s, 60s, 30s},
    {"local", 1s, 200ms, 1, 3, 6, 2, 100ms, 3, 15s, 15s, 1s},
};
inline constexpr const Intervals& kLan = kIntervals[0];

/// The row of that name. [any]
constexpr std::optional<Intervals> intervalsNamed(std::string_view name) {
  for (const auto& row : kIntervals) {
    if (row.name == name) return row;
  }
  return std::nullopt;
}

}  // namespace sse::gossip
