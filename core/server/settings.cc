#include "server/settings.h"

namespace sse::server {

ServerSettings ServerSettings::from(const Settings& settings) {
  ServerSettings out;
  out.headers = settings.size("limits.headers");
  out.body = settings.size("limits.body");
  out.header_time_ms = settings.duration("limits.header_time").count();
  out.body_time_ms = settings.duration("limits.body_time").count();
  out.idle_time_ms = settings.duration("limits.idle_time").count();
  return out;
}

namespace {

Counter& limited(Metrics& metrics, const char* limit) {
  return metrics.counter("sse_server_limited_total", "connections that a limit ended", {{"limit", limit}});
}

}  // namespace

ServerMetrics::ServerMetrics(Metrics& metrics)
    : connections(metrics.gauge("sse_server_connections", "open HTTP connections that are no streams")),
      accepted(metrics.counter("sse_server_accepted_total", "connections accepted")),
      refused_full(metrics.counter("sse_server_overload_total", "connections over a limit")),
      accept_paused(
          metrics.counter("sse_server_accept_paused_total", "times accepting paused for want of descriptors")),
      requests(metrics.counter("sse_server_requests_total", "requests read")),
      bad_requests(metrics.counter("sse_server_bad_requests_total", "requests that were refused as malformed")),
      timeouts(metrics.counter("sse_server_timeouts_total", "connections closed for slowness or idleness")),
      limited_headers(limited(metrics, "limits.headers")),
      limited_body(limited(metrics, "limits.body")),
      limited_header_time(limited(metrics, "limits.header_time")),
      limited_body_time(limited(metrics, "limits.body_time")),
      limited_idle_time(limited(metrics, "limits.idle_time")) {}

}  // namespace sse::server
