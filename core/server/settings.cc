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
  out.http2_enabled = settings.boolean("http2.enabled");
  const auto number = [&settings](const char* key) { return static_cast<std::uint32_t>(settings.integer(key)); };
  out.http2.streams = number("http2.max_streams");
  out.http2.resets = number("http2.max_resets");
  out.http2.controls = number("http2.max_controls");
  out.http2.continuations = number("http2.max_continuations");
  out.http2_send_queue = settings.size("http2.send_queue");
  return out;
}

namespace {

Counter& limited(Metrics& metrics, const char* limit) {
  return metrics.counter("sse_server_limited_total", "requests and connections that a limit ended", {{"limit", limit}});
}

Counter& overload(Metrics& metrics, const char* limit) {
  return metrics.counter("sse_server_overload_total", "connections over a limit", {{"limit", limit}});
}

}  // namespace

ServerMetrics::ServerMetrics(Metrics& metrics)
    : connections(metrics.gauge("sse_server_connections", "open HTTP connections that are no streams")),
      accepted(metrics.counter("sse_server_accepted_total", "connections accepted")),
      overload_connections(overload(metrics, "limits.connections")),
      overload_per_address(overload(metrics, "limits.connections_per_address")),
      accept_paused(metrics.counter("sse_server_accept_paused_total",
                                    "times a port paused accepting for want of descriptors or room")),
      requests(metrics.counter("sse_server_requests_total", "requests read")),
      bad_requests(metrics.counter("sse_server_bad_requests_total", "requests that were refused as malformed")),
      timeouts(metrics.counter("sse_server_timeouts_total", "connections closed for slowness or idleness")),
      limited_headers(limited(metrics, "limits.headers")),
      limited_body(limited(metrics, "limits.body")),
      limited_handshake_time(limited(metrics, "limits.handshake_time")),
      limited_header_time(limited(metrics, "limits.header_time")),
      limited_body_time(limited(metrics, "limits.body_time")),
      limited_idle_time(limited(metrics, "limits.idle_time")),
      tls_handshakes(metrics.counter("sse_server_tls_handshakes_total", "TLS handshakes that were completed")),
      tls_resumed(metrics.counter("sse_server_tls_resumed_total", "TLS handshakes that took up an earlier session")),
      tls_failures(metrics.counter("sse_server_tls_failures_total", "TLS handshakes that failed, plain HTTP included")),
      tls_timeouts(metrics.counter("sse_server_tls_timeouts_total", "TLS handshakes that took too long")),
      http2_connections(metrics.gauge("sse_server_http2_connections", "open connections that speak HTTP/2")),
      http2_streams(metrics.gauge("sse_server_http2_streams", "open streams of HTTP/2: requests and event streams")),
      http2_queued(metrics.gauge("sse_server_http2_queued_bytes", "bytes that wait for sockets of HTTP/2")),
      http2_refused(metrics.counter("sse_server_http2_refused_streams_total", "streams over http2.max_streams")) {
  static constexpr std::array kKinds = {"resets", "controls", "continuations", "headers", "windows"};
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    http2_floods[i] = &metrics.counter("sse_server_http2_floods_total",
                                       "connections of HTTP/2 that were ended for a flood", {{"of", kKinds[i]}});
  }
}

void ServerMetrics::countRefused(int status) {
  bad_requests.add();
  if (status == 413) limited_body.add();
  if (status == 414 || status == 431) limited_headers.add();
}

void ServerMetrics::countLate(Counter& limit) {
  timeouts.add();
  limit.add();
}

}  // namespace sse::server
