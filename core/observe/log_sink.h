#pragma once

#include <Poco/AutoPtr.h>
#include <atomic>
#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string>

#include "observe/bounded_channel.h"
#include "observe/log_format.h"
#include "sse/log.h"
#include "sse/metrics.h"

namespace sse::observe {

/// Where all log lines of the process end: a bounded queue, a thread that formats and writes. Made first and destroyed
/// last by main, which has blocked its signals before; outlives every logger it hands out. [any]
class LogSink {
 public:
  /// Lines that may wait; more are dropped and counted.
  static constexpr std::size_t kCapacity = 8192;

  /// Writes to `out`, which outlives the sink and is written by nobody else.
  LogSink(std::ostream& out, LogFormat format, Level level, Metrics& metrics, std::size_t capacity = kCapacity);
  /// Writes what is queued.
  ~LogSink();
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;

  /// A logger whose lines carry `component`.
  [[nodiscard]] std::unique_ptr<Logger> logger(std::string component);

  /// Keeps lines of `level` and above from now on.
  void setLevel(Level level) { level_.store(level); }

  /// Returns once all that was logged before is written.
  void flush() { channel_->flush(); }

 private:
  std::atomic<Level> level_;
  Poco::AutoPtr<BoundedChannel> channel_;
};

}  // namespace sse::observe
