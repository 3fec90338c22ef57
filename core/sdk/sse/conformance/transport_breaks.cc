#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "sse/conformance/cluster.h"
#include "sse/conformance/transport_checks.h"

namespace sse::conformance {
namespace {

using namespace std::chrono_literals;

constexpr auto kHurry = 20ms;  // a turn's worth of the clock where retries are waited for

bool has(Cluster& cluster, std::size_t at, const std::string& body) {
  return cluster.runUntil([&] { return cluster[at].has(body); }, kHurry);
}

/// Node 1 cannot reach node 0 until `listen`.
void cut(Cluster& cluster) {
  cluster[0].listener.refuse();
  cluster[1].listener.refuse();
  cluster.breakAll();
}

void mend(Cluster& cluster) {
  cluster[0].listener.listen();
  cluster[1].listener.listen();
}

bool broken(Cluster& cluster) {
  return cluster.runUntil([&] { return !cluster[1].filledFrom(cluster[0]) && !cluster[0].filledFrom(cluster[1]); });
}

void publish(ClusterNode& node, int from, int to) {
  for (int i = from; i <= to; ++i) node.publish(std::to_string(i));
}

std::vector<std::string> bodies(int from, int to) {
  std::vector<std::string> all;
  for (int i = from; i <= to; ++i) all.push_back("data: " + std::to_string(i) + "\n");
  return all;
}

bool expectBroken(Check& check, Cluster& cluster) {
  return check.expect(broken(cluster), "a LinkChanged without `filled` when the connection breaks", "none in 20 s",
                      "tell of each change of the link");
}

/// Bytes that no protocol begins with, and some that look like one.
std::vector<std::string> strangers() {
  std::mt19937 random(20);
  std::vector<std::string> all = {"",
                                  "\n",
                                  std::string(64, '\0'),
                                  std::string(5, '\xff'),
                                  std::string(4096, '\xff'),
                                  "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                                  "{\"hello\": 1}\n",
                                  std::string("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", 11)};
  for (int i = 0; i < 100; ++i) {
    std::string bytes(random() % 2000, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    if (i % 2 == 0)
      bytes.insert(0, std::string{static_cast<char>(random() % 64), '\0', '\0', '\0', static_cast<char>(i)});
    all.push_back(std::move(bytes));
  }
  return all;
}

using Ends = std::vector<std::unique_ptr<SocketStream>>;

/// Gives the bytes to `accept`, behind the request or on the wire; every third connection ends at once.
void connectStrangers(Cluster& cluster, const std::string& protocol, Ends& ends) {
  std::size_t count = 0;
  for (const auto& bytes : strangers()) {
    auto [theirs, ours] = SocketStream::pair();
    const bool behind = count % 2 == 0;
    if (!behind) ours->put(bytes);
    Upgraded upgraded{protocol, "192.0.2.1", behind ? bytes : "", std::move(theirs)};
    cluster.instance(0).call("accept", [&] { cluster.instance(0).as<Transport>().accept(std::move(upgraded)); });
    if (++count % 3 != 0) ends.push_back(std::move(ours));
    cluster.pass(50ms);
  }
}

}  // namespace

void checkResume(Check& check, const Subject& subject) {
  Cluster cluster(check, subject, 2);
  if (!cluster.ok() || !cluster.link()) return;
  publish(cluster[0], 1, 10);
  if (!check.expect(has(cluster, 1, "10"), "the events at the peer", "none in 20 s", "see the checks before")) return;
  for (int round = 1; round <= 3; ++round) {
    cut(cluster);
    if (!expectBroken(check, cluster)) return;
    publish(cluster[0], round * 10 + 1, round * 10 + 10);
    mend(cluster);
    if (!check.expect(has(cluster, 1, std::to_string(round * 10 + 10)), "the events of a break when it is over",
                      "not all in 20 s", "dial again, and read on from where the link stood")) {
      return;
    }
  }
  check.expect(cluster[1].repeats == 0, "each event once", std::to_string(cluster[1].repeats) + " again",
               "keep the position up to which events were handed over");
  check.expect(cluster[1].journal().bodies() == bodies(1, 40), "all events in their order", "others or another order",
               "keep the position up to which events were handed over");
}

void checkHole(Check& check, const Subject& subject) {
  Cluster cluster(check, subject, 2);
  if (!cluster.ok() || !cluster.link()) return;
  publish(cluster[0], 1, 10);
  if (!check.expect(has(cluster, 1, "10"), "the events at the peer", "none in 20 s", "see the checks before")) return;
  cut(cluster);
  if (!expectBroken(check, cluster)) return;
  publish(cluster[0], 11, 30);
  cluster[0].journal().forget(25);
  mend(cluster);
  if (!check.expect(has(cluster, 1, "30"), "the events that are still kept", "not all in 20 s", "dial again")) return;
  const auto& holes = cluster[1].holes;
  const Identity lost{cluster[0].tag(), 25};
  check.expect(std::find(holes.begin(), holes.end(), lost) != holes.end(),
               "PeerEvents with a hole up to number 25, the newest event that is lost",
               holes.empty() ? "none" : "one up to " + std::to_string(holes.back().number),
               "look at JournalRead::hole and ::lost");
  auto expected = bodies(1, 10);
  expected.push_back("hole " + std::string(text(lost.origin)) + " 25");
  const auto kept = bodies(26, 30);
  expected.insert(expected.end(), kept.begin(), kept.end());
  check.expect(cluster[1].journal().bodies() == expected, "what is kept behind the hole, once and in order",
               "something else", "tell the hole where it is");
}

void checkRemoved(Check& check, const Subject& subject) {
  Cluster cluster(check, subject, 2);
  if (!cluster.ok() || !cluster.link()) return;
  publish(cluster[0], 1, 1);
  if (!check.expect(has(cluster, 1, "1"), "the event at the peer", "none in 20 s", "see the checks before")) return;
  cluster[0].remove(cluster[1]);
  cluster[1].remove(cluster[0]);
  cluster.pass(1s);
  publish(cluster[0], 2, 2);
  publish(cluster[1], 3, 3);
  cluster.pass(1min);
  check.expect(!cluster[1].has("2") && !cluster[0].has("3"), "no events between peers that were removed",
               "one that arrived", "close the link and stop dialling when PeerRemoved comes");
  cluster[0].add(cluster[1]);
  cluster[1].add(cluster[0]);
  const bool back = has(cluster, 1, "2") && has(cluster, 0, "3");
  check.expect(back, "the events when the peer is added again", "not all in 20 s", "dial whenever PeerAdded comes");
}

void checkStrangers(Check& check, const Subject& subject) {
  Cluster cluster(check, subject, 2);
  if (!cluster.ok() || !cluster.link()) return;
  Ends ends;
  for (const auto& protocol : cluster.instance(0).as<Transport>().upgrades()) connectStrangers(cluster, protocol, ends);
  publish(cluster[0], 1, 1);
  publish(cluster[1], 2, 2);
  const bool works = has(cluster, 1, "1") && has(cluster, 0, "2");
  check.expect(works, "the other links to work on", "an event that did not arrive", "end only the connection at fault");
  check.expect(cluster[0].holes.empty() && cluster[0].repeats == 0, "nothing from strangers in the journal",
               "holes or events", "hand over nothing before the greeting has been checked");
  cluster.pass(10min);
  const auto open = std::count_if(ends.begin(), ends.end(), [](const auto& end) { return !end->drained(); });
  check.expect(open == 0, "connections that never greet to be closed within 10 minutes",
               std::to_string(open) + " that are open", "give the greeting a time limit");
}

}  // namespace sse::conformance
