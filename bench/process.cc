#include "bench/process.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace sse::bench {

namespace {

std::array<std::atomic<pid_t>, 8> running{};

void remember(pid_t pid) {
  for (auto& slot : running) {
    pid_t none = 0;
    if (slot.compare_exchange_strong(none, pid)) return;
  }
}

void forget(pid_t pid) {
  for (auto& slot : running) {
    pid_t expected = pid;
    if (slot.compare_exchange_strong(expected, 0)) return;
  }
}

[[noreturn]] void becomeServer(const std::vector<std::string>& argv, int cpu, const std::string& log_file) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  pinTo(cpu);
  const int log = open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (log < 0 || null < 0) _exit(126);
  dup2(null, 0);
  dup2(log, 1);
  dup2(log, 2);
  std::vector<char*> pointers;
  pointers.reserve(argv.size() + 1);
  for (const std::string& argument : argv) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  execv(pointers[0], pointers.data());
  _exit(127);
}

pid_t groupOf(const std::filesystem::path& folder) {
  std::ifstream stat(folder / "stat");
  std::string text((std::istreambuf_iterator<char>(stat)), {});
  const size_t name_end = text.rfind(')');  // the name may hold anything
  pid_t group = 0;
  if (name_end != std::string::npos) std::sscanf(text.c_str() + name_end + 1, " %*c %*d %d", &group);
  return group;
}

}  // namespace

void pinTo(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  sched_setaffinity(0, sizeof set, &set);
}

std::vector<int> allowedCpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

int64_t ownCpuNs() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Process::Process(const std::vector<std::string>& argv, int cpu, const std::string& log_file) : pid_(fork()) {
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) becomeServer(argv, cpu, log_file);
  setpgid(pid_, pid_);
  remember(pid_);
  group_ = {pid_};
}

Process::~Process() {
  kill(-pid_, SIGKILL);
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  forget(pid_);
}

bool Process::alive() {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

void Process::refresh() {
  group_.clear();
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    if (pid > 0 && groupOf(entry.path()) == pid_) group_.push_back(pid);
  }
}

void Process::hold() const { kill(-pid_, SIGSTOP); }

void Process::release() const { kill(-pid_, SIGCONT); }

int64_t Process::cpuNs() const {
  int64_t total = 0;
  for (const pid_t pid : group_) {
    std::error_code gone;
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone)) {
      std::ifstream file(task.path() / "schedstat");
      int64_t used = 0;
      if (file >> used) total += used;
    }
  }
  return total;
}

uint64_t Process::anonymousBytes() const {
  uint64_t total = 0;
  for (const pid_t pid : group_) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
    std::string key;
    while (file >> key) {
      uint64_t kib = 0;
      if (key == "Anonymous:" && file >> kib) total += kib * 1024;
    }
  }
  return total;
}

void Process::killAll() {
  for (auto& slot : running) {
    const pid_t pid = slot.load();
    if (pid > 0) kill(-pid, SIGKILL);
  }
}

}  // namespace sse::bench
