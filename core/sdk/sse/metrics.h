#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sse/build_id.h"

namespace sse {

/// Only grows. [any]
class Counter {
 public:
  void add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Goes up and down. [any]
class Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t by) { value_.fetch_add(by, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// Times in buckets of powers of two microseconds: 1, 2, 4, … 2^26 (67 s) and beyond. [any]
class Histogram {
 public:
  static constexpr std::size_t kBuckets = 28;

  void observe(std::uint64_t microseconds) { observe(microseconds, 1); }
  /// `times` observations of the same value.
  void observe(std::uint64_t microseconds, std::uint64_t times) {
    const auto width = microseconds <= 1 ? 0 : std::bit_width(microseconds - 1);
    const auto bucket = static_cast<std::size_t>(width) < kBuckets ? static_cast<std::size_t>(width) : kBuckets - 1;
    buckets_[bucket].fetch_add(times, std::memory_order_relaxed);
    sum_.fetch_add(microseconds * times, std::memory_order_relaxed);
  }
  /// Observations at or below 2^i microseconds and above the bucket before; the last bucket has no upper bound.
  [[nodiscard]] std::uint64_t bucket(std::size_t i) const { return buckets_[i].load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::array<std::atomic<std::uint64_t>, kBuckets> buckets_{};
  std::atomic<std::uint64_t> sum_{0};
};

/// Fixed label names and values of a metric; never something users choose.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// Where metrics are made. A name is `sse_<room or plugin>_<what>_<unit|total>`. Asking again for the same name and
/// labels gives the same cell; the same name as another type aborts. Cells live as long as the process.
class SSE_PUBLIC Metrics {
 public:
  virtual ~Metrics() = default;
  virtual Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {}) = 0;
  virtual Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {}) = 0;
  virtual Histogram& histogram(std::string_view name, std::string_view help, const Labels& labels = {}) = 0;
};

}  // namespace sse
