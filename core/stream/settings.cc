#include "stream/settings.h"

#include "base/tag.h"

namespace sse::stream {
namespace {

std::int64_t milliseconds(const Settings& settings, const char* key) {
  return settings.has(key) ? settings.duration(key).count() : 0;
}

}  // namespace

StreamSettings StreamSettings::from(const Settings& settings) {
  StreamSettings out;
  out.heartbeat_ms = milliseconds(settings, "stream.heartbeat");
  out.retry_ms = milliseconds(settings, "stream.retry");
  out.max_age_ms = milliseconds(settings, "stream.max_age");
  out.drain_window_ms = milliseconds(settings, "drain.window");
  out.drain_retry_ms = milliseconds(settings, "drain.retry");
  out.max_channels = static_cast<std::size_t>(settings.integer("stream.max_channels"));
  out.expiry_warning_ms = milliseconds(settings, "auth.expiry_warning");
  const char* streams = "limits.streams_per_identity";
  out.streams_per_identity = settings.has(streams) ? static_cast<std::uint64_t>(settings.integer(streams)) : 0;
  const char* clients = "limits.clients_per_channel";
  out.clients_per_channel = settings.has(clients) ? static_cast<std::uint64_t>(settings.integer(clients)) : 0;
  return out;
}

StreamMetrics::StreamMetrics(Metrics& metrics)
    : subscribers(metrics.gauge("sse_stream_subscribers", "open streams")),
      opened(metrics.counter("sse_stream_opened_total", "streams opened")),
      closed_by_client(metrics.counter("sse_stream_closed_total", "streams closed", {{"by", "client"}})),
      closed_slow(metrics.counter("sse_stream_closed_total", "streams closed", {{"by", "lag"}})),
      closed_by_us(metrics.counter("sse_stream_closed_total", "streams closed", {{"by", "node"}})),
      closed_expired(metrics.counter("sse_stream_closed_total", "streams closed", {{"by", "expiry"}})),
      expiring(metrics.counter("sse_stream_expiring_total", "streams told that their credentials expire")),
      renewed(metrics.counter("sse_stream_renewed_total", "streams that got new credentials")),
      delivered(metrics.counter("sse_stream_delivered_total", "events written to subscribers")),
      bytes(metrics.counter("sse_stream_sent_bytes_total", "bytes written to subscribers")),
      writes(metrics.counter("sse_stream_writes_total", "system calls that wrote to subscribers")),
      heartbeats(metrics.counter("sse_stream_heartbeats_total", "heartbeats sent to idle streams")),
      gaps(metrics.counter("sse_stream_gaps_total", "gap events sent")),
      delivery(metrics.histogram("sse_stream_delivery_seconds", "from append to write")) {}

std::int64_t jittered(std::int64_t mean_ms, double part) {
  const auto spread = static_cast<std::int64_t>(static_cast<double>(mean_ms) * part);
  if (spread <= 0) return mean_ms;
  return mean_ms - spread +
         static_cast<std::int64_t>(base::randomNumber() % static_cast<std::uint64_t>(2 * spread + 1));
}

}  // namespace sse::stream
