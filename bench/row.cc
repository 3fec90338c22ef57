#include "bench/row.h"

#include <algorithm>

#include "bench/sockets.h"

namespace sse::bench {

const std::vector<Row>& rows() {
  using enum ServerKind;
  static const std::vector<ServerKind> all = {Floor, Nchan, Ours};
  static const std::vector<Row> table = {
      {"fanout-64", "1 channel, 10,000 subscribers, 64 B events, one outstanding", runFanout64, all},
      {"fanout-1k", "the same with 1 KiB events", runFanout1k, all},
      {"burst-8", "1 channel, 10,000 subscribers, 8 events in one write", runBurst8, all},
      {"burst-32", "the same, 32 events", runBurst32, all},
      {"many", "10,000 channels of one subscriber, 4 publishers x 16 pipelined", runMany, all},
      {"publish-4x32", "nobody subscribed, 4 publishers x 32 pipelined", runPublishPipelined, all},
      {"publish-32x1", "nobody subscribed, 32 publishers x 1", runPublishSingly, all},
      {"publish-jwt",
       "32 publishers x 1 with a JWT by HS256, or to a node that asks nobody, turn by turn",
       runPublishJwt,
       {Ours}},
      {"idle", "19,000 idle subscribers: memory, CPU per connect", runIdle, all},
      {"connect", "19,000 connect, 400 queued at a time: CPU per connect", runConnect, all},
      {"stuck", "2,000 subscribers, 16 KiB events, 10 % never read", runStuck, {Nchan, Ours}},
      {"reconnect", "19,000 subscribers return at once, 10 events behind", runReconnect, all},
      {"latency", "one subscriber, nearly idle: publish to received", runLatency, all},
      {"http2",
       "1,000 connections of HTTP/2 x 200 streams of 1 channel, 64 B events: memory, fan-out",
       runHttp2,
       {Ours}},
      {"http2-single",
       "2,000 subscribers of 1 channel, each a connection of HTTP/2 or of HTTP/1.1, turn by turn: fan-out",
       runHttp2Single,
       {Ours}},
      {"tls", "5,000 subscribers of 1 channel with TLS 1.3 and without, 64 B events: memory, fan-out", runTls, {Ours}},
      {"relay", "one node read by two others: what that costs and how much later an event is there", runRelay, {Ours}},
      {"relay-tls", "the same by TLS 1.3: what publishing and reading cost", runRelayTls, {Ours}},
      {"gossip",
       "quiet clusters of 3 and 10 by gossip: bytes and CPU per node, when a crash is known",
       runGossip,
       {Ours}},
      {"flood", "one subscriber, one publisher x 64 pipelined: events lost", runFlood, all},
  };
  return table;
}

Stopwatch::Stopwatch(Server& server)
    : process_(server.process()), started_(nowNs()), server_started_(process_.cpuNs()), own_started_(ownCpuNs()) {}

void Stopwatch::stop() {
  seconds_ = static_cast<double>(nowNs() - started_) / 1e9;
  own_cpu_ = static_cast<double>(ownCpuNs() - own_started_) / 1e9;
  server_cpu_ = static_cast<double>(process_.cpuNs() - server_started_) / 1e9;
}

void Stopwatch::report(RowResult& result) const {
  result.metrics["server_busy"] = server_cpu_ / seconds_;
  result.metrics["client_busy"] = own_cpu_ / seconds_;
}

double percentile(std::vector<uint32_t>& values, double part) {
  if (values.empty()) return 0;
  const auto index = static_cast<size_t>(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(index), values.end());
  return values[index];
}

}  // namespace sse::bench
