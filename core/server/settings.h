#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "http/http2_session.h"
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
  bool http2_enabled = true;
  http::Http2Limits http2;  ///< but for `headers` and `body`, which are those above
  std::size_t http2_send_queue = 64 << 10;

  static ServerSettings from(const Settings& settings);
};

/// Metric cells shared by all loops.
struct ServerMetrics {
  explicit ServerMetrics(Metrics& metrics);
  Gauge& connections;
  Counter& accepted;
  Counter& overload_connections;
  Counter& overload_per_address;
  Counter& accept_paused;
  Counter& requests;
  Counter& bad_requests;
  Counter& timeouts;
  Counter& limited_headers;
  Counter& limited_body;
  Counter& limited_handshake_time;
  Counter& limited_header_time;
  Counter& limited_body_time;
  Counter& limited_idle_time;
  Counter& tls_handshakes;
  Counter& tls_resumed;
  Counter& tls_failures;
  Counter& tls_timeouts;
  Gauge& http2_connections;
  Gauge& http2_streams;
  Gauge& http2_queued;
  Counter& http2_refused;
  std::array<Counter*, 5> http2_floods;  ///< by Http2Flood, without None

  /// The server itself refuses a request, or what should have been one, with `status`. [any]
  void countRefused(int status);
  /// Something took longer than `limit` allows. [any]
  void countLate(Counter& limit);
};

}  // namespace sse::server
