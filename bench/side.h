#pragma once
// Two ways of fan-out measured against each other, turn by turn, so that what else the machine does meets both.
#include <cstdint>
#include <optional>
#include <string>

#include "bench/dialect.h"
#include "bench/publisher.h"
#include "bench/row.h"
#include "bench/sockets.h"

namespace sse::bench {

/// Subscribers of one channel of a node, of one kind, and who publishes to them.
template <typename Subscribers>
struct Side {
  Server& server;
  Subscribers& swarm;
  size_t channel = 0;
  std::optional<Publisher> publisher = {};  ///< made once the subscribers are there: an idle connection does not last
  uint64_t sequence = 0;
  double cpu = 0;
  uint64_t events = 0;

  /// One event to all; false if not all of them get it.
  bool round(const PublishRequests& requests) {
    std::string out;
    requests.append(out, channel, sequence++);
    publisher->send(out, 1);
    const bool all = swarm.await(sequence * swarm.size());
    publisher->drain();
    return all;
  }

  void measure(const PublishRequests& requests, double seconds) {
    const uint64_t before = swarm.tally().received;
    Stopwatch watch(server);
    const int64_t end = nowNs() + static_cast<int64_t>(seconds * 1e9);
    for (size_t rounds = 0; rounds < 2 || nowNs() < end; ++rounds) {
      if (!round(requests)) break;
    }
    watch.stop();
    cpu += watch.serverCpu();
    events += swarm.tally().received - before;
  }

  double cpuPerEvent() const { return cpu * 1e6 / static_cast<double>(events); }
};

/// Four turns of each, for `seconds` together; `cpu_us_per_event` of the first, `base_cpu_us_per_event` of the other,
/// and `cpu_ratio`.
template <typename Mine, typename Base>
void compare(Side<Mine>& mine, Side<Base>& base, double seconds, RowResult& result) {
  constexpr size_t kTurns = 4;
  const PublishRequests requests(mine.server.kind(), 64);
  mine.round(requests);
  base.round(requests);
  for (size_t turn = 0; turn < kTurns; ++turn) {
    base.measure(requests, seconds / kTurns);
    mine.measure(requests, seconds / kTurns);
  }
  mine.swarm.close(mine.sequence);
  base.swarm.close(base.sequence);
  result.metrics["cpu_us_per_event"] = mine.cpuPerEvent();
  result.metrics["base_cpu_us_per_event"] = base.cpuPerEvent();
  result.metrics["cpu_ratio"] = mine.cpuPerEvent() / base.cpuPerEvent();
  result.tally = mine.swarm.tally();
}

}  // namespace sse::bench
