// One channel, many subscribers: events one at a time, or several pending for each subscriber.
#include "bench/publisher.h"
#include "bench/row.h"
#include "bench/sockets.h"

namespace sse::bench {

namespace {

constexpr size_t kChannel = 0;

/// Publishes `burst` events in one write, waits until every subscriber has them, and again, for the time given.
RowResult fanOut(Server& server, const Sizes& sizes, size_t event_size, size_t burst) {
  Poller poller;
  Swarm swarm(poller, server.port());
  swarm.connect(sizes.fanout, [](size_t) { return subscribeRequest(kChannel); });
  Publisher publisher(poller, server.port());
  const PublishRequests requests(server.kind(), event_size);

  uint64_t sequence = 0;
  std::string out;
  const auto round = [&](size_t count) {
    out.clear();
    for (size_t i = 0; i < count; ++i) requests.append(out, kChannel, sequence++);
    publisher.send(out, count);
    const bool all = swarm.await(sequence * swarm.size());
    publisher.drain();
    return all;
  };
  round(1);  // the first event finds cold paths and, in some servers, subscribers that are still joining

  RowResult result;
  const uint64_t before = swarm.tally().received;
  Stopwatch watch(server);
  const int64_t end = nowNs() + static_cast<int64_t>(sizes.seconds * 1e9);
  for (size_t rounds = 0; rounds < 2 || nowNs() < end; ++rounds) {
    if (!round(burst)) break;
  }
  watch.stop();
  swarm.close(sequence);
  const auto events = static_cast<double>(swarm.tally().received - before);
  result.metrics["cpu_us_per_event"] = watch.serverCpu() * 1e6 / events;
  result.metrics["events_per_s"] = events / watch.seconds();
  watch.report(result);
  result.tally = swarm.tally();
  return result;
}

}  // namespace

RowResult runFanout64(Server& server, const Sizes& sizes) { return fanOut(server, sizes, 64, 1); }
RowResult runFanout1k(Server& server, const Sizes& sizes) { return fanOut(server, sizes, 1024, 1); }
RowResult runBurst8(Server& server, const Sizes& sizes) { return fanOut(server, sizes, 64, 8); }
RowResult runBurst32(Server& server, const Sizes& sizes) { return fanOut(server, sizes, 64, 32); }

}  // namespace sse::bench
