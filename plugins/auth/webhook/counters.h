#pragma once

#include "sse/metrics.h"

namespace sse::webhook {

/// Metric cells of the plugin. [any]
struct Counters {
  explicit Counters(Metrics& metrics)
      : accepted(metrics.counter("sse_webhook_accepted_total", "requests allowed by the endpoint")),
        unauthorized(refused(metrics, "unauthorized")),
        forbidden(refused(metrics, "forbidden")),
        undecided(metrics.counter("sse_webhook_undecided_total", "requests refused for now: no answer")),
        let_in(metrics.counter("sse_webhook_let_in_total", "requests allowed without an answer")),
        cache_hits(metrics.counter("sse_webhook_cache_hits_total", "requests decided by a remembered answer")),
        shared(metrics.counter("sse_webhook_shared_total", "requests that waited for the answer to another like it")),
        overflow(metrics.counter("sse_webhook_overflow_total", "requests refused for now because too many waited")),
        questions(metrics.counter("sse_webhook_questions_total", "questions to the endpoint")),
        timeouts(failed(metrics, "timeout")),
        unreachable(failed(metrics, "connection")),
        nonsense(failed(metrics, "answer")),
        waiting(metrics.gauge("sse_webhook_waiting", "requests that wait for an answer")),
        connections(metrics.gauge("sse_webhook_connections", "connections to the endpoint")),
        allowed_entries(remembered(metrics, "allowed")),
        refused_entries(remembered(metrics, "refused")),
        seconds(metrics.histogram("sse_webhook_question_seconds", "from a question to its end")) {}

  Counter& accepted;
  Counter& unauthorized;
  Counter& forbidden;
  Counter& undecided;
  Counter& let_in;
  Counter& cache_hits;
  Counter& shared;
  Counter& overflow;
  Counter& questions;
  Counter& timeouts;
  Counter& unreachable;
  Counter& nonsense;
  Gauge& waiting;
  Gauge& connections;
  Gauge& allowed_entries;
  Gauge& refused_entries;
  Histogram& seconds;

 private:
  static Counter& refused(Metrics& metrics, const char* reason) {
    return metrics.counter("sse_webhook_refused_total", "requests refused by the endpoint", {{"reason", reason}});
  }
  static Counter& failed(Metrics& metrics, const char* reason) {
    return metrics.counter("sse_webhook_failures_total", "questions without a usable answer", {{"reason", reason}});
  }
  static Gauge& remembered(Metrics& metrics, const char* outcome) {
    return metrics.gauge("sse_webhook_cache_entries", "answers remembered", {{"outcome", outcome}});
  }
};

}  // namespace sse::webhook
