#pragma once

#include "sse/metrics.h"

namespace sse::jwt {

/// The plugin's metrics, but for those of its key sources. [any]
struct Counters {
  explicit Counters(Metrics& metrics)
      : accepted(metrics.counter("sse_jwt_accepted_total", "tokens found good")),
        malformed(refused(metrics, "malformed")),
        key(refused(metrics, "key")),
        claims(refused(metrics, "claims")),
        time(refused(metrics, "time")),
        forbidden(metrics.counter("sse_jwt_forbidden_total", "good tokens without the right that was asked for")),
        undecided(
            metrics.counter("sse_jwt_undecided_total", "requests refused for now, as their key was not known yet")),
        cache_hits(metrics.counter("sse_jwt_cache_hits_total", "tokens whose signature was known to be good")),
        cache_entries(metrics.gauge("sse_jwt_cache_entries", "tokens remembered")),
        keys(metrics.gauge("sse_jwt_keys", "keys in use")),
        waiting(metrics.gauge("sse_jwt_waiting", "requests that wait for a fetch of keys")) {}

  static Counter& refused(Metrics& metrics, const char* reason) {
    return metrics.counter("sse_jwt_refused_total", "tokens refused", {{"reason", reason}});
  }

  Counter& accepted;
  Counter& malformed;
  Counter& key;
  Counter& claims;
  Counter& time;
  Counter& forbidden;
  Counter& undecided;
  Counter& cache_hits;
  Gauge& cache_entries;
  Gauge& keys;
  Gauge& waiting;
};

}  // namespace sse::jwt
