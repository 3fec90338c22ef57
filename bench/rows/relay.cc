// One node whose events two others read.
#include <array>
#include <memory>
#include <stdexcept>
#include <unistd.h>

#include "bench/crowd.h"
#include "bench/row.h"
#include "bench/scrape.h"
#include "bench/sockets.h"

namespace sse::bench {

namespace {

constexpr size_t kPublishers = 4;
constexpr size_t kWindow = 32;
constexpr size_t kMarkerChannel = 1'000'000;
constexpr useconds_t kEveryUs = 1'000;
constexpr size_t kWarmUp = 100;
constexpr int64_t kPatienceNs = 10'000'000'000;

void awaitLinks(const Server& server, double count) {
  const int64_t limit = nowNs() + kPatienceNs;
  while (metricOf(server.healthPort(), "sse_relay_links") < count) {
    if (nowNs() > limit) throw std::runtime_error("the followers do not read the node");
    usleep(10'000);
  }
}

/// CPU of the node per publish, in microseconds, while publishers keep their windows full.
double cpuPerPublish(Server& server, const Sizes& sizes, const Tls* tls) {
  Poller poller;
  Crowd crowd(poller, server, kPublishers, kPublishers, tls);
  crowd.run(kWindow, sizes.seconds / 4);
  const uint64_t before = crowd.answered();
  Stopwatch watch(server);
  crowd.run(kWindow, sizes.seconds);
  watch.stop();
  return watch.serverCpu() * 1e6 / static_cast<double>(crowd.answered() - before);
}

/// The same of a node that others read, and what reading costs them.
void relayed(Server& server, Server& follower, const Sizes& sizes, const Tls* tls, RowResult& result) {
  const double had = metricOf(follower.healthPort(), "sse_relay_events_received_total");
  const int64_t cpu = follower.process().cpuNs();
  const int64_t began = nowNs();
  result.metrics["publish_cpu_us_read_by_two"] = cpuPerPublish(server, sizes, tls);
  const double received = metricOf(follower.healthPort(), "sse_relay_events_received_total") - had;
  result.metrics["relayed_per_s"] = received / (static_cast<double>(nowNs() - began) / 1e9);
  result.metrics["reader_cpu_us"] = static_cast<double>(follower.process().cpuNs() - cpu) / 1e3 / received;
  result.metrics["holes"] = metricOf(follower.healthPort(), "sse_relay_holes_total");
}

/// 1,000 events a second to `server`; how long each takes to the one subscriber of `reader`.
std::vector<uint32_t> latencies(const Server& server, const Server& reader, size_t channel, const Sizes& sizes,
                                Tally& tally) {
  Poller poller;
  Swarm swarm(poller, reader.port());
  swarm.connect(1, [&](size_t) { return subscribeRequest(channel); });
  Publisher publisher(poller, server.port());
  const PublishRequests requests(server.kind(), 64);
  std::vector<uint32_t> times;
  for (size_t i = 0; i < sizes.samples + kWarmUp; ++i) {
    usleep(kEveryUs);
    std::string out;
    requests.append(out, channel, i);
    const int64_t sent = nowNs();
    swarm.measureFrom(sent, i < kWarmUp ? nullptr : &times);
    publisher.send(out, 1);
    while (swarm.tally().received + swarm.tally().lost <= i && nowNs() - sent < kPatienceNs) poller.turn(0);
    publisher.drain();
  }
  swarm.close(sizes.samples + kWarmUp);
  tally.received += swarm.tally().received;
  tally.lost += swarm.tally().lost;
  tally.repeated += swarm.tally().repeated;
  tally.disordered += swarm.tally().disordered;
  return times;
}

/// What publishing costs alone and read by two, and what reading costs; the two.
std::array<std::unique_ptr<Server>, 2> feed(Server& server, const Sizes& sizes, const Tls* tls, RowResult& result) {
  const double alone = cpuPerPublish(server, sizes, tls);
  std::array<std::unique_ptr<Server>, 2> followers{server.follower(), server.follower()};
  awaitLinks(server, 2);
  result.metrics["publish_cpu_us_alone"] = alone;
  relayed(server, *followers[0], sizes, tls, result);
  result.metrics["publish_cpu_ratio"] = result.metrics["publish_cpu_us_read_by_two"] / alone;
  result.metrics["feeder_cpu_us"] = (result.metrics["publish_cpu_us_read_by_two"] - alone) / 2;
  return followers;
}

}  // namespace

RowResult runRelay(Server& server, const Sizes& sizes) {
  RowResult result;
  const auto followers = feed(server, sizes, nullptr, result);
  auto here = latencies(server, server, kMarkerChannel, sizes, result.tally);
  auto there = latencies(server, *followers[0], kMarkerChannel + 1, sizes, result.tally);
  result.metrics["p50_us"] = percentile(here, 0.5);
  result.metrics["p99_us"] = percentile(here, 0.99);
  result.metrics["added_p50_us"] = percentile(there, 0.5) - result.metrics["p50_us"];
  result.metrics["added_p99_us"] = percentile(there, 0.99) - result.metrics["p99_us"];
  return result;
}

RowResult runRelayTls(Server& server, const Sizes& sizes) {
  RowResult plain;
  {
    const auto followers = feed(server, sizes, nullptr, plain);
  }
  RowResult result;
  const Tls tls;
  const auto secure = server.secured();
  const auto followers = feed(*secure, sizes, &tls, result);
  result.metrics["reader_cpu_ratio"] = result.metrics["reader_cpu_us"] / plain.metrics["reader_cpu_us"];
  return result;
}

}  // namespace sse::bench
