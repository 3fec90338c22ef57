#include "observe/process_metrics.h"

#include <array>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/stat.h>

namespace sse::observe {
namespace {

using prometheus::MetricType;

/// What /proc/self/status tells.
struct Status {
  std::optional<double> resident_kib, virtual_kib, threads;
  std::optional<double> descriptors;  ///< room of the table, which is above every descriptor
};

Status readStatus() {
  Status status;
  const std::array<std::pair<std::string_view, std::optional<double>*>, 4> wanted = {
      {{"VmRSS:", &status.resident_kib},
       {"VmSize:", &status.virtual_kib},
       {"Threads:", &status.threads},
       {"FDSize:", &status.descriptors}}};
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    for (const auto& [name, value] : wanted) {
      if (line.starts_with(name)) *value = std::strtod(line.c_str() + name.size(), nullptr);
    }
  }
  return status;
}

/// Linux 6.2 and newer tell the number as a size; before, each is asked, as listing the folder would make an entry of
/// the kernel's cache for each.
std::optional<double> openDescriptors(const Status& status) {
  struct stat folder{};
  if (::stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0) return static_cast<double>(folder.st_size);
  if (!status.descriptors) return std::nullopt;
  int open = 0;
  for (int fd = 0; fd < static_cast<int>(*status.descriptors); ++fd) open += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return open;
}

std::optional<double> mostDescriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

std::optional<double> cpuSeconds() {
  constexpr double kNanoseconds = 1e9;
  timespec used{};
  if (::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0) return std::nullopt;
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / kNanoseconds;
}

std::optional<double> bytes(std::optional<double> kib) {
  constexpr double kKib = 1024;
  if (kib) *kib *= kKib;
  return kib;
}

}  // namespace

std::vector<prometheus::MetricFamily> processFamilies(double started) {
  std::vector<prometheus::MetricFamily> all;
  const auto add = [&all](const char* name, const char* help, MetricType type, std::optional<double> value) {
    if (!value) return;
    prometheus::ClientMetric metric;
    (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = *value;
    all.push_back({name, help, type, {metric}});
  };
  const auto status = readStatus();
  add("process_cpu_seconds_total", "CPU time of user and system", MetricType::Counter, cpuSeconds());
  add("process_max_fds", "descriptors that may be open", MetricType::Gauge, mostDescriptors());
  add("process_open_fds", "open descriptors", MetricType::Gauge, openDescriptors(status));
  add("process_resident_memory_bytes", "memory in use", MetricType::Gauge, bytes(status.resident_kib));
  add("process_start_time_seconds", "when it started, since 1970", MetricType::Gauge, started);
  add("process_threads", "threads", MetricType::Gauge, status.threads);
  add("process_virtual_memory_bytes", "memory mapped", MetricType::Gauge, bytes(status.virtual_kib));
  return all;
}

}  // namespace sse::observe
