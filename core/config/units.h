#pragma once

#include <cstdint>
#include <string>

#include "sse/units.h"

/// Reading them is `sse/units.h`.
namespace sse::config {

/// The duration in the greatest unit that says it exactly: 90000 is "90s". `milliseconds` is not negative.
std::string formatDuration(std::int64_t milliseconds);

/// The size in the greatest unit that says it exactly: 65536 is "64KiB". `bytes` is not negative.
std::string formatSize(std::int64_t bytes);

}  // namespace sse::config
