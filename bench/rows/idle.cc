// What a connection costs that does nothing.
#include <unistd.h>

#include "bench/row.h"

namespace sse::bench {

namespace {

constexpr useconds_t kSettleUs = 300'000;

std::string request(size_t) { return subscribeRequest(0); }

/// What is allocated once is no cost of a subscriber.
void warmUp(Poller& poller, Server& server) {
  Swarm first(poller, server.port());
  first.connect(10, request);
  usleep(kSettleUs);
}

}  // namespace

RowResult runIdle(Server& server, const Sizes& sizes) {
  RowResult result;
  Poller poller;
  warmUp(poller, server);
  Swarm swarm(poller, server.port());
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

RowResult runConnect(Server& server, const Sizes& sizes) {
  RowResult result;
  Poller poller;
  warmUp(poller, server);
  Swarm swarm(poller, server.port());
  Stopwatch watch(server);
  swarm.connectQueued(sizes.idle, request, server.process());
  usleep(kSettleUs);
  watch.stop();
  result.metrics["cpu_us_per_connect"] = watch.serverCpu() * 1e6 / static_cast<double>(swarm.size());
  watch.report(result);
  return result;
}

}  // namespace sse::bench
