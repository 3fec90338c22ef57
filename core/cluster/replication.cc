#include "cluster/replication.h"

namespace sse::cluster {

Replication::Replication(Bus& bus, Metrics& metrics, Append append, AppendHole append_hole)
    : append_(std::move(append)),
      append_hole_(std::move(append_hole)),
      events_(metrics.counter("sse_cluster_events_total", "events of peers that were appended here")),
      duplicates_(metrics.counter("sse_cluster_duplicates_total", "events of peers that were here already")),
      holes_(metrics.counter("sse_cluster_holes_total", "holes in the feeds of peers")),
      subscription_(bus.subscribe<PeerEvents>([this](const PeerEvents& message) { take(message); })) {}

void Replication::take(const PeerEvents& message) {
  if (message.hole) {
    holes_.add();
    append_hole_(*message.hole, message.fill);
  }
  const auto& events = message.batch.events;
  if (events.empty()) return;
  const auto duplicates = append_(events.data(), events.size(), message.fill);
  duplicates_.add(duplicates);
  events_.add(events.size() - duplicates);
}

}  // namespace sse::cluster
