#pragma once
#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace sse::bench {

/// Pins the calling process to one CPU.
void pinTo(int cpu);

/// The CPUs this process may use, ascending.
std::vector<int> allowedCpus();

/// CPU time of this process so far, in nanoseconds.
int64_t ownCpuNs();

/// A server under test: a process group of its own, pinned to one CPU and killed with this object, or with the bench.
class Process {
 public:
  /// Starts argv[0] (a path) with its output in `log_file`. Throws std::system_error.
  Process(const std::vector<std::string>& argv, int cpu, const std::string& log_file);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool alive();

  /// Looks up the processes of the group again; call once all have been started.
  void refresh();

  /// Stops and continues the group.
  void hold() const;
  void release() const;

  /// CPU time of all threads of the group so far, in nanoseconds. Exact while they sleep.
  int64_t cpuNs() const;

  /// `Anonymous` of smaps_rollup, in bytes, over the group.
  uint64_t anonymousBytes() const;

  /// Kills every group still running: for signal handlers.
  static void killAll();

 private:
  pid_t pid_;
  std::vector<pid_t> group_;
};

}  // namespace sse::bench
