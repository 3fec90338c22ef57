#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sse::config {

/// Milliseconds of "250ms", "15s", "10m", "1h", "1d", "1h30m" (units descending, each once) or "0"; nothing where the
/// text is anything else or does not fit.
std::optional<std::int64_t> parseDuration(std::string_view text);

/// Bytes of "512", "512B", "64KiB", "1MiB" or "1GiB"; nothing where the text is anything else or does not fit.
std::optional<std::int64_t> parseSize(std::string_view text);

/// The duration in the greatest unit that says it exactly: 90000 is "90s". `milliseconds` is not negative.
std::string formatDuration(std::int64_t milliseconds);

/// The size in the greatest unit that says it exactly: 65536 is "64KiB". `bytes` is not negative.
std::string formatSize(std::int64_t bytes);

}  // namespace sse::config
