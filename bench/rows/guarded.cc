// What it costs to know who publishes: a token that the node remembers, beside a node that asks nobody.
#include <string>

#include "bench/bearer.h"
#include "bench/crowd.h"
#include "bench/row.h"

namespace sse::bench {

namespace {

constexpr size_t kTurns = 4;
constexpr size_t kPublishers = 32;

/// Publishers of a node, and what their publishes cost in all turns so far.
struct Turns {
  Server& server;
  Crowd crowd;
  double cpu = 0;
  double seconds = 0;
  uint64_t published = 0;

  void run(double length) {
    const uint64_t before = crowd.answered();
    Stopwatch watch(server);
    crowd.run(1, length);
    watch.stop();
    cpu += watch.serverCpu();
    seconds += watch.seconds();
    published += crowd.answered() - before;
  }
  double cpuPerPublish() const { return cpu * 1e6 / static_cast<double>(published); }
  double rate() const { return static_cast<double>(published) / seconds; }
};

}  // namespace

RowResult runPublishJwt(Server& server, const Sizes& sizes) {
  const auto guarded = server.guarded();
  const std::string token = ": Bearer " + bearerToken() + "\r\n";
  Poller poller;
  // As long as the header that counts: what is measured is what is made of it.
  Turns base{server, Crowd(poller, server, kPublishers, kPublishers, nullptr, "X-Not-Checked" + token)};
  Turns mine{*guarded, Crowd(poller, *guarded, kPublishers, kPublishers, nullptr, "Authorization" + token)};
  base.crowd.run(1, sizes.seconds / kTurns);
  mine.crowd.run(1, sizes.seconds / kTurns);
  for (size_t turn = 0; turn < kTurns; ++turn) {
    base.run(sizes.seconds / kTurns);
    mine.run(sizes.seconds / kTurns);
  }
  RowResult result;
  result.metrics["cpu_us_per_publish"] = mine.cpuPerPublish();
  result.metrics["base_cpu_us_per_publish"] = base.cpuPerPublish();
  result.metrics["cpu_ratio"] = mine.cpuPerPublish() / base.cpuPerPublish();
  result.metrics["rate_ratio"] = mine.rate() / base.rate();
  return result;
}

}  // namespace sse::bench
