#pragma once

#include <cstddef>
#include <cstdint>

#include "sse/config.h"
#include "sse/metrics.h"

namespace sse::server {

/// Limits of one HTTP server; times in milliseconds.
struct ServerSettings {
  std::size_t headers = 16 << 10;
  std::size_t body = 1 << 20;
  std::int64_t handshake_time_ms = 10'000;
  std::int64_t header_time_ms = 10'000;
  std::int64_t body_time_ms = 30'000;
  std::int64_t idle_time_ms = 75'000;

  static ServerSettings from(const Settings& settings);
};

/// Metric cells shared by all loops.
struct ServerMetrics {
  explicit ServerMetrics(Metrics& metrics);
  Gauge& connections;
  Counter& accepted;
  Counter& refused_full;
  Counter& accept_paused;
  Counter& requests;
  Counter& bad_requests;
  Counter& timeouts;
  Counter& tls_handshakes;
  Counter& tls_resumed;
  Counter& tls_failures;
  Counter& tls_timeouts;
};

}  // namespace sse::server
