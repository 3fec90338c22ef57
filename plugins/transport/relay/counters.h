#pragma once

#include "sse/metrics.h"

namespace sse::relay {

/// The relay's metric cells. [any]
struct Counters {
  explicit Counters(Metrics& metrics)
      : links(metrics.gauge("sse_relay_links", "links to peers that are up, both directions counted")),
        lag(metrics.gauge("sse_relay_lag_events", "entries that the slowest linked peer does not have yet")),
        events_sent(metrics.counter("sse_relay_events_sent_total", "events written to peers")),
        events_received(metrics.counter("sse_relay_events_received_total", "events handed over by peers")),
        bytes_sent(metrics.counter("sse_relay_sent_bytes_total", "bytes written to peers")),
        bytes_received(metrics.counter("sse_relay_received_bytes_total", "bytes read from peers")),
        reconnects(metrics.counter("sse_relay_reconnects_total", "dials after the first of each peer")),
        refused(
            metrics.counter("sse_relay_frames_refused_total", "malformed or unexpected frames; each closed a link")),
        holes(metrics.counter("sse_relay_holes_total", "holes in the feeds of peers")) {}

  Gauge& links;
  Gauge& lag;
  Counter& events_sent;
  Counter& events_received;
  Counter& bytes_sent;
  Counter& bytes_received;
  Counter& reconnects;
  Counter& refused;
  Counter& holes;
};

}  // namespace sse::relay
