#include "sse/conformance/stopwatch.h"

#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

#include "sse/conformance/process.h"

namespace sse::conformance {
namespace {

constexpr int kSanitizedFactor = kSanitized ? 10 : 1;

/// How long this thread was ready to run and did not; 0 where the system does not tell.
std::chrono::nanoseconds waitedForProcessor() {
  char text[128] = "";
  const int fd = ::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  const auto size = ::read(fd, text, sizeof(text) - 1);
  ::close(fd);
  long long ran = 0;
  long long waited = 0;
  if (size <= 0 || std::sscanf(text, "%lld %lld", &ran, &waited) != 2) return {};
  return std::chrono::nanoseconds(waited);
}

}  // namespace

Stopwatch::Stopwatch() : waited_(waitedForProcessor()), begun_(Clock::now()) {}

Duration Stopwatch::passed() const {
  const auto wall = Clock::now() - begun_;
  if (wall < slowestCall()) return std::chrono::duration_cast<Duration>(wall);
  return std::chrono::duration_cast<Duration>(wall - (waitedForProcessor() - waited_));
}

Duration slowestCall() { return Duration(50) * kSanitizedFactor; }

Duration slowestStop() { return Duration(1000) * kSanitizedFactor; }

}  // namespace sse::conformance
