// What TLS costs: the same fan-out with and without it, and what an idle subscriber holds.
#include "bench/tls.h"

#include <string>
#include <unistd.h>

#include "bench/side.h"

namespace sse::bench {

namespace {

constexpr useconds_t kSettleUs = 300'000;

std::string request(size_t) { return subscribeRequest(0); }

/// User-space bytes of the server that each subscriber costs.
double connectCounted(Server& server, Swarm& swarm, size_t count) {
  const uint64_t before = server.process().anonymousBytes();
  swarm.connect(count, request);
  usleep(kSettleUs);
  const auto grown = static_cast<double>(server.process().anonymousBytes()) - static_cast<double>(before);
  return grown / static_cast<double>(count);
}

}  // namespace

RowResult runTls(Server& server, const Sizes& sizes) {
  const Tls tls;
  const auto secure = server.secured();
  Poller poller;
  {
    Swarm first(poller, secure->port(), &tls);  // what is allocated once is no cost of a subscriber
    first.connect(10, request);
  }
  Swarm plain(poller, server.port());
  Swarm secured(poller, secure->port(), &tls);
  RowResult result;
  plain.connect(sizes.tls, request);
  result.metrics["bytes_per_subscriber"] = connectCounted(*secure, secured, sizes.tls);
  Side<Swarm> mine{*secure, secured};
  Side<Swarm> base{server, plain};
  mine.publisher.emplace(poller, secure->port(), &tls);
  base.publisher.emplace(poller, server.port());
  compare(mine, base, sizes.seconds * 2, result);
  return result;
}

}  // namespace sse::bench
