#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "discovery/gossip/engine.h"
#include "discovery/gossip/packet_codec.h"
#include "discovery/gossip/stream_codec.h"

namespace sse::gossip::test {

/// One simulated node: an engine, its wire settings and what it told. Lives as long as the simulation; `up` says
/// whether its process runs.
struct SimNode {
  std::string name;
  Endpoint endpoint;
  WireSettings wire;
  Intervals intervals = kLan;
  std::string meta = "8080";
  Versions versions = kVersions;
  std::vector<Endpoint> hosts;
  std::unique_ptr<Engine> engine;
  bool up = false;
  Clock::time_point wakes = Clock::time_point::max();
  std::vector<std::pair<Clock::time_point, Event>> events;  // but probes
  std::uint64_t sent_bytes = 0;                             // of packets and streams, without UDP and TCP headers
  std::uint64_t sent_packets = 0;
  std::uint64_t undecodable = 0;

  /// What the node thinks of another; nothing where it does not know it.
  [[nodiscard]] std::optional<NodeState> sees(const std::string& other) const;
  /// How many events of a type it told, of those that `which` takes.
  template <typename Told>
  [[nodiscard]] std::size_t told(const std::function<bool(const Told&)>& which = nullptr) const {
    std::size_t count = 0;
    for (const auto& [when, event] : events) {
      const auto* one = std::get_if<Told>(&event);
      if (one != nullptr && (!which || which(*one))) ++count;
    }
    return count;
  }
};

/// A network of engines in simulated time, all from one seed. Packets and streams go through the codec as bytes, are
/// lost, late and cut as told. Nothing waits for real time.
class Simulation {
 public:
  /// The seed of SSE_GOSSIP_SEED where it is set, else `seed`.
  explicit Simulation(std::uint64_t seed);

  /// What packets suffer; streams suffer the delay alone.
  double loss = 0;
  Duration delay{1};
  Duration jitter{1};
  /// Whether nothing gets from one node to another, neither packets nor streams.
  std::function<bool(const SimNode& from, const SimNode& to)> cut;

  /// A node that does not run yet, with an address of its own, joining through the first three nodes.
  SimNode& add(const std::string& name);
  /// Starts a node's process, also again, with a fresh engine.
  void start(SimNode& node);
  /// Adds and starts `count` nodes, "n0" and on.
  void grow(std::size_t count);
  /// Gives the node another address, for its next start.
  void move(SimNode& node);
  /// Ends a process without a word.
  void crash(SimNode& node);
  /// Has a node leave and its process end once its goodbye is out.
  void leave(SimNode& node);
  /// Sends a message as if from somewhere outside.
  void inject(SimNode& to, const PacketMessage& message);

  void run(Duration time);
  /// Runs until `done`, looked at every 100 ms; how long it took, or nothing where `limit` passed.
  std::optional<Duration> runUntil(const std::function<bool()>& done, Duration limit);

  /// Whether every running node takes exactly the running ones for alive.
  [[nodiscard]] bool converged() const;
  [[nodiscard]] SimNode& node(std::size_t i) { return *nodes_[i]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] Clock::time_point now() const { return now_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] std::uint64_t sentBytes() const;
  [[nodiscard]] std::uint64_t sentPackets() const;

 private:
  struct Happening {
    Clock::time_point when;
    std::uint64_t order;
    std::function<void()> call;
    bool operator<(const Happening& other) const { return std::pair(when, order) > std::pair(other.when, other.order); }
  };

  void at(Clock::time_point when, std::function<void()> call);
  void settle(SimNode& node);
  void wake(SimNode& node);
  void deliver(const Endpoint& from, const Endpoint& to, const std::string& datagram);
  void send(SimNode& from, const OutgoingPacket& packet);
  void call(SimNode& from, const OutgoingCall& call);
  void serve(SimNode& server, SimNode& client, std::uint64_t call, const std::string& request,
             Clock::time_point deadline);
  void answer(SimNode& client, std::uint64_t call, Result<StreamMessage> answer, Clock::time_point when);
  SimNode* nodeAt(const Endpoint& endpoint);
  [[nodiscard]] bool isCut(const SimNode& from, const SimNode& to) const { return cut && cut(from, to); }
  Duration transit();
  Endpoint freshEndpoint();

  std::uint64_t seed_;
  Random random_;
  Clock::time_point now_{std::chrono::hours(1)};
  std::uint64_t order_ = 0;
  std::uint32_t addresses_ = 0;
  std::priority_queue<Happening> queue_;
  std::vector<std::unique_ptr<SimNode>> nodes_;
  std::map<Endpoint, SimNode*> by_endpoint_;
};

}  // namespace sse::gossip::test
