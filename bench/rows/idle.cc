// What a connection costs that does nothing.
#include <unistd.h>

#include "bench/row.h"

namespace sse::bench {

namespace {

constexpr useconds_t kSettleUs = 300'000;

}  // namespace

RowResult runIdle(Server& server, const Sizes& sizes) {
  RowResult result;
  Poller poller;
  const auto request = [](size_t) { return subscribeRequest(0); };
  {
    Swarm first(poller, server.port());  // what is allocated once is no cost of a subscriber
    first.connect(10, request);
  }
  Swarm swarm(poller, server.port());
  usleep(kSettleUs);
  const uint64_t bytes_before = server.process().anonymousBytes();
  Stopwatch watch(server);
  swarm.connect(sizes.idle, request);
  usleep(kSettleUs);
  watch.stop();
  const auto count = static_cast<double>(swarm.size());
  const auto grown = static_cast<double>(server.process().anonymousBytes()) - static_cast<double>(bytes_before);
  result.metrics["bytes_per_subscriber"] = grown / count;
  result.metrics["cpu_us_per_connect"] = watch.serverCpu() * 1e6 / count;
  watch.report(result);
  return result;
}

}  // namespace sse::bench
