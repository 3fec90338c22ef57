#pragma once

#include <cstdint>
#include <string>

#include "sse/config.h"
#include "sse/metrics.h"

namespace sse::stream {

/// The streaming core's settings; times in milliseconds, 0 where there is none.
struct StreamSettings {
  std::int64_t heartbeat_ms = 25'000;
  std::int64_t retry_ms = 2'000;
  std::int64_t max_age_ms = 0;
  std::int64_t drain_window_ms = 5'000;
  std::int64_t drain_retry_ms = 1'000;
  std::size_t max_channels = 255;
  std::uint64_t clients_per_channel = 0;
  std::uint64_t streams_per_identity = 0;
  std::int64_t expiry_warning_ms = 30'000;

  static StreamSettings from(const Settings& settings);
};

/// Metric cells of one loop's streams; shared by all loops where the name is the same.
struct StreamMetrics {
  explicit StreamMetrics(Metrics& metrics);
  Gauge& subscribers;
  Counter& opened;
  Counter& closed_by_client;
  Counter& closed_slow;
  Counter& closed_by_us;
  Counter& closed_expired;
  Counter& expiring;
  Counter& renewed;
  Counter& delivered;
  Counter& bytes;
  Counter& writes;
  Counter& heartbeats;
  Counter& gaps;
  Histogram& delivery;  ///< append → written
};

/// `mean` ± a quarter, so that clients told the same time do not come back together. [any]
std::int64_t jittered(std::int64_t mean_ms, double part = 0.25);

}  // namespace sse::stream
