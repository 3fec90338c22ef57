#include "server/settings.h"

namespace sse::server {

ServerSettings ServerSettings::from(const Settings& settings) {
  ServerSettings out;
  out.headers = settings.size("limits.headers");
  out.body = settings.size("limits.body");
  out.handshake_time_ms = settings.duration("limits.handshake_time").count();
  out.header_time_ms = settings.duration("limits.header_time").count();
  out.body_time_ms = settings.duration("limits.body_time").count();
  out.idle_time_ms = settings.duration("limits.idle_time").count();
  return out;
}

ServerMetrics::ServerMetrics(Metrics& metrics)
    : connections(metrics.gauge("sse_server_connections", "open HTTP connections that are no streams")),
      accepted(metrics.counter("sse_server_accepted_total", "connections accepted")),
      refused_full(metrics.counter("sse_server_overload_total", "connections over a limit")),
      accept_paused(
          metrics.counter("sse_server_accept_paused_total", "times accepting paused for want of descriptors")),
      requests(metrics.counter("sse_server_requests_total", "requests read")),
      bad_requests(metrics.counter("sse_server_bad_requests_total", "requests that were refused as malformed")),
      timeouts(metrics.counter("sse_server_timeouts_total", "connections closed for slowness or idleness")),
      tls_handshakes(metrics.counter("sse_server_tls_handshakes_total", "TLS handshakes that were completed")),
      tls_resumed(metrics.counter("sse_server_tls_resumed_total", "TLS handshakes that took up an earlier session")),
      tls_failures(metrics.counter("sse_server_tls_failures_total", "TLS handshakes that failed, plain HTTP included")),
      tls_timeouts(metrics.counter("sse_server_tls_timeouts_total", "TLS handshakes that took too long")) {}

}  // namespace sse::server
