#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "sse/bus.h"
#include "sse/messages.h"
#include "sse/metrics.h"

namespace sse::cluster {

/// What peers hand over goes into this node's journal. Owned by the cluster, lives on the control thread. The journal
/// itself drops what is there already, as it alone knows the highest number of each origin.
class Replication {
 public:
  /// Appends in order, to the fill that is on its way or to the journal; tells how many were there already.
  using Append = std::function<std::size_t(const EventView* events, std::size_t count, bool fill)>;
  /// Appends a hole: events of `lost.origin` up to `lost.number` that are not here never will be.
  using AppendHole = std::function<void(const Identity& lost, bool fill)>;

  Replication(Bus& bus, Metrics& metrics, Append append, AppendHole append_hole);

 private:
  void take(const PeerEvents& message);

  Append append_;
  AppendHole append_hole_;
  Counter& events_;
  Counter& duplicates_;
  Counter& holes_;
  Registration subscription_;
};

}  // namespace sse::cluster
