#include "base/cpus.h"

#include <algorithm>
#include <fstream>
#include <sched.h>
#include <string>

namespace sse::base {

unsigned grantedCpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  unsigned count = 1;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) count = static_cast<unsigned>(std::max(CPU_COUNT(&set), 1));
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  unsigned long period = 0;
  if (!(file >> quota >> period) || quota == "max" || period == 0) return count;
  if (quota.find_first_not_of("0123456789") != std::string::npos || quota.size() > 12) return count;
  const auto granted = static_cast<unsigned>((std::stoull(quota) + period - 1) / period);
  return std::clamp(granted, 1U, count);
}

}  // namespace sse::base
