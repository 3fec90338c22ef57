#include <algorithm>
#include <string>
#include <vector>

#include "sse/conformance/cluster.h"
#include "sse/conformance/process.h"
#include "sse/conformance/transport_checks.h"

namespace sse::conformance {
namespace {

constexpr std::size_t kSlow = 2;  // the node that stands still
constexpr int kEvents = kSanitized ? 500 : 2'000;
constexpr std::size_t kBody = std::size_t{64} << 10;
constexpr std::size_t kKept = 64;                           // events that the journals keep
constexpr std::size_t kMostMemory = std::size_t{48} << 20;  // of 125 MiB that pass

void keepFew(ClusterNode& node) {
  const auto head = node.journal().head();
  if (head > kKept) node.journal().forget(head - kKept);
}

std::uint64_t acknowledged(const std::vector<PeersAcknowledged>& heard) {
  return heard.empty() ? 0 : heard.back().position;
}

void expectRising(Check& check, const std::vector<PeersAcknowledged>& heard) {
  const bool rising =
      std::is_sorted(heard.begin(), heard.end(), [](const auto& a, const auto& b) { return a.position < b.position; });
  check.expect(rising, "positions of PeersAcknowledged that only grow", "one that went back",
               "publish only what is greater than before");
}

}  // namespace

void checkStuckPeer(Check& check, const Subject& subject) {
  Cluster cluster(check, subject, 3);
  if (!cluster.ok() || !cluster.link()) return;
  auto& from = cluster[0];
  auto& live = cluster[1];
  cluster.freeze(kSlow);
  const auto before = heapBytes();
  std::size_t most = before;
  for (int i = 1; i <= kEvents; ++i) {
    const auto position = from.publish({.channel = "c", .body = "data: " + std::string(kBody, 'x') + "\n"});
    if (i % static_cast<int>(kKept / 2) != 0) continue;
    const bool came = cluster.runUntil([&] { return live.journal().highest(from.tag()) >= position; });
    if (!check.expect(came, "events at the peer that reads", "none in 20 s while another peer stands still",
                      "never wait for one link before serving the next")) {
      return;
    }
    keepFew(from);
    keepFew(live);
    most = std::max(most, heapBytes());
  }
  check.expect(most - before < kMostMemory, "memory that does not grow with what a peer has not read",
               std::to_string((most - before) >> 20) + " MiB more",
               "keep a position in the journal for each link, and queue only what the socket takes");
  check.expect(live.holes.empty() && live.repeats == 0, "the peer that reads to lack nothing", "holes or repeats",
               "serve each link from a position of its own");
}

void checkAcknowledged(Check& check, const Subject& subject) {
  Cluster cluster(check, subject, 3);
  if (!cluster.ok()) return;
  const auto heard = cluster.instance(0).host().bus().record<PeersAcknowledged>();
  if (!cluster.link()) return;
  cluster[0].publish("1");
  const auto first = cluster[0].journal().head();
  const bool known = cluster.runUntil([&] { return acknowledged(*heard) >= first; }, Duration(20));
  if (!check.expect(known, "PeersAcknowledged for what all peers have", "none in 20 s",
                    "publish it when the last peer has said so")) {
    return;
  }
  cluster.freeze(kSlow);
  cluster[0].publish("2");
  const auto second = cluster[0].journal().head();
  const bool there = cluster.runUntil([&] { return cluster[1].has("2"); });
  check.expect(there, "the event at the peer that reads", "none in 20 s", "see the checks before");
  cluster.pass(Duration(2'000));
  check.expect(acknowledged(*heard) < second, "no acknowledgement while one peer lacks the event", "one",
               "take the least position of all live links");
  cluster.thaw(kSlow);
  const bool all = cluster.runUntil([&] { return acknowledged(*heard) >= second; }, Duration(20));
  check.expect(all, "PeersAcknowledged once the last peer has the event", "none in 20 s",
               "publish it when the last peer has said so");
  expectRising(check, *heard);
}

}  // namespace sse::conformance
