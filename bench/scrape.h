#pragma once
#include <cstdint>
#include <string>

namespace sse::bench {

/// The value of a metric of the node of ours at 127.0.0.1:port, 0 where it has none. `name` with its labels, as
/// /metrics writes them.
double metricOf(uint16_t port, const std::string& name);

}  // namespace sse::bench
