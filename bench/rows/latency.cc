// One subscriber, nearly idle.
#include <unistd.h>

#include "bench/publisher.h"
#include "bench/row.h"
#include "bench/sockets.h"

namespace sse::bench {

namespace {

constexpr useconds_t kPauseUs = 1'000;
constexpr size_t kWarmUp = 50;
constexpr int64_t kLostAfterNs = 2'000'000'000;

}  // namespace

RowResult runLatency(Server& server, const Sizes& sizes) {
  RowResult result;
  Poller poller;
  Swarm swarm(poller, server.port());
  swarm.connect(1, [](size_t) { return subscribeRequest(0); });
  Publisher publisher(poller, server.port());
  const PublishRequests requests(server.kind(), 64);
  std::vector<uint32_t> latencies;
  for (size_t i = 0; i < sizes.samples + kWarmUp; ++i) {
    usleep(kPauseUs);
    std::string out;
    requests.append(out, 0, i);
    const int64_t sent = nowNs();
    swarm.measureFrom(sent, i < kWarmUp ? nullptr : &latencies);
    publisher.send(out, 1);
    // Spinning: the wake-up of the client is no part of the server's latency.
    while (swarm.tally().received + swarm.tally().lost <= i && nowNs() - sent < kLostAfterNs) poller.turn(0);
    publisher.drain();
  }
  swarm.close(sizes.samples + kWarmUp);
  result.metrics["p50_us"] = percentile(latencies, 0.5);
  result.metrics["p99_us"] = percentile(latencies, 0.99);
  result.tally = swarm.tally();
  return result;
}

}  // namespace sse::bench
