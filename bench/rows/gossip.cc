// Quiet clusters that find themselves by gossip: what that costs a node, and when a crash is known.
#include <stdexcept>
#include <unistd.h>

#include "bench/row.h"
#include "bench/scrape.h"
#include "bench/sockets.h"

namespace sse::bench {

namespace {

constexpr int64_t kPatienceNs = 30'000'000'000;
constexpr useconds_t kLookUs = 20'000;
constexpr const char* kAlive = "sse_gossip_members{state=\"alive\"}";
constexpr const char* kDead = "sse_gossip_members{state=\"dead\"}";

using Nodes = std::vector<std::unique_ptr<Server>>;

void await(const Server& node, const char* metric, double value) {
  const int64_t limit = nowNs() + kPatienceNs;
  while (metricOf(node.port(), metric) != value) {
    if (nowNs() > limit) throw std::runtime_error(std::string("gossip: waited in vain for ") + metric);
    usleep(kLookUs);
  }
}

Nodes cluster(const Server& server, size_t count) {
  Nodes nodes;
  for (size_t i = 0; i < count; ++i) nodes.push_back(server.gossiper(i == 0 ? 0 : nodes.front()->gossipPort()));
  for (const auto& node : nodes) await(*node, kAlive, static_cast<double>(count));
  return nodes;
}

double sentBytes(const Nodes& nodes) {
  double sum = 0;
  for (const auto& node : nodes) {
    sum += metricOf(node->port(), "sse_gossip_packet_bytes_sent_total") +
           metricOf(node->port(), "sse_gossip_stream_bytes_sent_total");
  }
  return sum;
}

int64_t cpuNs(const Nodes& nodes) {
  int64_t sum = 0;
  for (const auto& node : nodes) sum += node->process().cpuNs();
  return sum;
}

/// Bytes and CPU per node and second, once the news of the start have been told.
void measureQuiet(const Nodes& nodes, const Sizes& sizes, const std::string& suffix, RowResult& result) {
  usleep(static_cast<useconds_t>(sizes.seconds * 1e6));
  const double bytes = sentBytes(nodes);
  const int64_t cpu = cpuNs(nodes);
  const int64_t began = nowNs();
  usleep(static_cast<useconds_t>(sizes.seconds * 5e6));
  const double node_seconds = static_cast<double>(nowNs() - began) / 1e9 * static_cast<double>(nodes.size());
  result.metrics["cpu_percent_" + suffix] = static_cast<double>(cpuNs(nodes) - cpu) / 1e9 / node_seconds * 100;
  result.metrics["bytes_per_s_" + suffix] = (sentBytes(nodes) - bytes) / node_seconds;
}

}  // namespace

RowResult runGossip(Server& server, const Sizes& sizes) {
  RowResult result;
  measureQuiet(cluster(server, 10), sizes, "10", result);
  Nodes few = cluster(server, 3);
  measureQuiet(few, sizes, "3", result);
  const int64_t crashed = nowNs();
  few.pop_back();
  for (const auto& node : few) await(*node, kDead, 1);
  result.metrics["crash_s"] = static_cast<double>(nowNs() - crashed) / 1e9;
  return result;
}

}  // namespace sse::bench
