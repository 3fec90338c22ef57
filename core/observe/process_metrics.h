#pragma once

#include <prometheus/metric_family.h>
#include <vector>

namespace sse::observe {

/// What Prometheus expects every program to tell, by its standard names: CPU, memory, descriptors, start. Asks the
/// system at each call, which takes a moment where many descriptors are open: for a worker. What the system does not
/// tell is left out. In the order of names; `started` in seconds since 1970. [any]
std::vector<prometheus::MetricFamily> processFamilies(double started);

}  // namespace sse::observe
