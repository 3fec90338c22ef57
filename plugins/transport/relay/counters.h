#pragma once

#include "sse/metrics.h"

namespace sse::relay {

/// The relay's metric cells. [any]
struct Counters {
  explicit Counters(Metrics& metrics)
      : links(metrics.gauge("sse_relay_links", "links to peers that are up, both directions counted")),
        lag(metrics.gauge("sse_relay_lag_events", "entries that the slowest linked peer does not have yet")),
        queued(metrics.gauge("sse_relay_queued_bytes", "bytes for peers that wait for their connections to take them")),
        input(metrics.gauge("sse_relay_input_bytes", "buffers for frames of peers that have not come in full yet")),
        events_sent(metrics.counter("sse_relay_events_sent_total", "events written to peers")),
        events_received(metrics.counter("sse_relay_events_received_total", "events handed over by peers")),
        bytes_sent(metrics.counter("sse_relay_sent_bytes_total", "bytes written to peers")),
        bytes_received(metrics.counter("sse_relay_received_bytes_total", "bytes read from peers")),
        reconnects(metrics.counter("sse_relay_reconnects_total", "dials after the first of each peer")),
        refused(
            metrics.counter("sse_relay_frames_refused_total", "malformed or unexpected frames; each closed a link")),
        refused_connections(metrics.counter("sse_relay_refused_total",
                                            "connections to the relay that ended before they were accepted")),
        holes(metrics.counter("sse_relay_holes_total", "holes in the feeds of peers")),
        refills(metrics.counter("sse_relay_refills_total",
                                "fills that were begun for events of a node that is gone, which a peer has")),
        original_lag(metrics.gauge("sse_relay_original_lag_events",
                                   "entries that the slowest node of the original program does not have yet")),
        posts_taken(posts(metrics, "taken")),
        posts_refused(posts(metrics, "refused")),
        posts_again(posts(metrics, "again")),
        dropped_route(dropped(metrics, "route")),
        dropped_refused(dropped(metrics, "refused")),
        dropped_tries(dropped(metrics, "tries")),
        dropped_history(dropped(metrics, "history")) {}

  Gauge& links;
  Gauge& lag;
  Gauge& queued;
  Gauge& input;
  Counter& events_sent;
  Counter& events_received;
  Counter& bytes_sent;
  Counter& bytes_received;
  Counter& reconnects;
  Counter& refused;
  Counter& refused_connections;
  Counter& holes;
  Counter& refills;
  Gauge& original_lag;
  Counter& posts_taken;
  Counter& posts_refused;
  Counter& posts_again;
  Counter& dropped_route;
  Counter& dropped_refused;
  Counter& dropped_tries;
  Counter& dropped_history;

 private:
  static Counter& posts(Metrics& metrics, const char* outcome) {
    return metrics.counter("sse_relay_original_posts_total", "events posted to nodes of the original program",
                           {{"outcome", outcome}});
  }
  static Counter& dropped(Metrics& metrics, const char* reason) {
    return metrics.counter("sse_relay_original_dropped_total", "events that a node of the original program misses",
                           {{"reason", reason}});
  }
};

}  // namespace sse::relay
