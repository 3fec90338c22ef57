// Many streams on few connections: what they cost while they are held and fed.
#include <unistd.h>

#include "bench/h2_swarm.h"
#include "bench/publisher.h"
#include "bench/row.h"
#include "bench/side.h"
#include "bench/sockets.h"

namespace sse::bench {

namespace {

constexpr useconds_t kSettleUs = 300'000;
constexpr size_t kStreams = 200;

}  // namespace

RowResult runHttp2(Server& server, const Sizes& sizes) {
  RowResult result;
  Poller poller;
  H2Swarm swarm(poller, server.port());
  const uint64_t before = server.process().anonymousBytes();
  swarm.connect(sizes.http2, kStreams);
  usleep(kSettleUs);
  const auto grown = static_cast<double>(server.process().anonymousBytes()) - static_cast<double>(before);
  result.metrics["bytes_per_stream"] = grown / static_cast<double>(swarm.size());

  Publisher publisher(poller, server.port());
  const PublishRequests requests(server.kind(), 64);
  uint64_t sequence = 0;
  std::string out;
  const auto round = [&] {
    out.clear();
    requests.append(out, 0, sequence++);
    publisher.send(out, 1);
    const bool all = swarm.await(sequence * swarm.size());
    publisher.drain();
    return all;
  };
  round();
  const uint64_t received = swarm.tally().received;
  Stopwatch watch(server);
  const int64_t end = nowNs() + static_cast<int64_t>(sizes.seconds * 1e9);
  for (size_t rounds = 0; rounds < 2 || nowNs() < end; ++rounds) {
    if (!round()) break;
  }
  watch.stop();
  swarm.close(sequence);
  const auto events = static_cast<double>(swarm.tally().received - received);
  result.metrics["cpu_us_per_event"] = watch.serverCpu() * 1e6 / events;
  result.metrics["events_per_s"] = events / watch.seconds();
  watch.report(result);
  result.tally = swarm.tally();
  return result;
}

RowResult runHttp2Single(Server& server, const Sizes& sizes) {
  constexpr size_t kOtherChannel = 1;
  RowResult result;
  Poller poller;
  H2Swarm http2(poller, server.port());
  Swarm http1(poller, server.port());
  http2.connect(sizes.single, 1);
  http1.connect(sizes.single, [](size_t) { return subscribeRequest(kOtherChannel); });
  Side<H2Swarm> mine{server, http2};
  Side<Swarm> base{server, http1, kOtherChannel};
  mine.publisher.emplace(poller, server.port());
  base.publisher.emplace(poller, server.port());
  compare(mine, base, sizes.seconds * 2, result);
  return result;
}

}  // namespace sse::bench
