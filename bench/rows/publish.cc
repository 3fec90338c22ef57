// Publishers that keep a window of requests in flight: to many channels, to nobody, to one subscriber.
#include "bench/crowd.h"
#include "bench/row.h"

namespace sse::bench {

namespace {

RowResult publishOnly(Server& server, const Sizes& sizes, size_t publishers, size_t window) {
  Poller poller;
  Crowd crowd(poller, server, publishers, publishers);
  crowd.run(window, sizes.seconds / 4);

  RowResult result;
  const uint64_t before = crowd.answered();
  Stopwatch watch(server);
  crowd.run(window, sizes.seconds);
  watch.stop();
  const auto published = static_cast<double>(crowd.answered() - before);
  result.metrics["acknowledged_per_s"] = published / watch.seconds();
  result.metrics["cpu_us_per_publish"] = watch.serverCpu() * 1e6 / published;
  watch.report(result);
  return result;
}

/// Publishes with a window to channels of one subscriber each and waits for the last delivery.
RowResult publishAndDeliver(Server& server, size_t channels, size_t publishers, size_t window, double seconds) {
  Poller poller;
  Swarm swarm(poller, server.port());
  swarm.connect(channels, [](size_t i) { return subscribeRequest(i); });
  Crowd crowd(poller, server, publishers, channels);
  crowd.run(window, seconds / 4);
  swarm.await(crowd.answered());

  RowResult result;
  const uint64_t before = swarm.tally().received;
  Stopwatch watch(server);
  crowd.run(window, seconds);
  swarm.await(crowd.answered());
  watch.stop();
  swarm.close([&](size_t channel) { return crowd.nextOf(channel); });
  const auto delivered = static_cast<double>(swarm.tally().received - before);
  result.metrics["cpu_us_per_delivery"] = watch.serverCpu() * 1e6 / delivered;
  result.metrics["deliveries_per_s"] = delivered / watch.seconds();
  watch.report(result);
  result.tally = swarm.tally();
  return result;
}

}  // namespace

RowResult runMany(Server& server, const Sizes& sizes) {
  return publishAndDeliver(server, sizes.channels, 4, 16, sizes.seconds);
}
RowResult runPublishPipelined(Server& server, const Sizes& sizes) { return publishOnly(server, sizes, 4, 32); }
RowResult runPublishSingly(Server& server, const Sizes& sizes) { return publishOnly(server, sizes, 32, 1); }
RowResult runFlood(Server& server, const Sizes& sizes) { return publishAndDeliver(server, 1, 1, 64, sizes.seconds); }

}  // namespace sse::bench
