#pragma once

namespace sse::base {

/// CPUs this process may use: the affinity mask, cut by the quota of its cgroup (v2, rounded up). At least 1. [any]
unsigned grantedCpus();

}  // namespace sse::base
