#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/checkpoint_finder.h"
#include "cluster/checkpoints.h"
#include "cluster/cluster_view.h"
#include "cluster/peer_table.h"
#include "cluster/replication.h"
#include "sse/bus.h"
#include "sse/log.h"
#include "sse/loop.h"
#include "sse/metrics.h"
#include "sse/plugin.h"

namespace sse::cluster {

/// What the cluster needs of the rest of the node; every function is called on the control thread.
struct Ties {
  Replication::Append append;               ///< into the journal
  Replication::AppendHole append_hole;      ///< into the journal
  std::function<Checkpoint()> checkpoint;   ///< of the journal, now
  std::function<void(const Tag&)> reached;  ///< all that a peer had published is here, or told to be lost
  /// Called once: the node knows its cluster as well as it will before serving; `whole`: every peer was heard out.
  std::function<void(bool whole)> settled;
};

struct Settings {
  std::string name;                  ///< node.name
  Tag tag{};                         ///< of this process
  std::vector<std::string> sources;  ///< discovery plugins that will speak
  Duration start_timeout{2'000};     ///< cluster.start_timeout
  Duration peer_timeout{1'000};      ///< history.peer_timeout
};

/// The cluster as this node sees it: joins what discovery says, tells transports whom to link, replicates, keeps
/// checkpoints and says when the node may serve. Made by main after the bus, before the plugins start; lives on the
/// control thread except where a method says otherwise.
class Cluster {
 public:
  Cluster(Bus& bus, Loop& loop, Logger& log, Metrics& metrics, Checkpoints& checkpoints, Settings settings, Ties ties);
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// The clock of cluster.start_timeout begins: call when discovery has been started. [control] [created]
  void start();

  /// The other nodes. Never null. [any]
  [[nodiscard]] std::shared_ptr<const ClusterView> view() const { return board_.get(); }

  /// Not ready while not settled, and, where another node of the same name was there first, as long as it is there.
  /// [control]
  [[nodiscard]] Readiness readiness() const;

  /// As CheckpointFinder::find. [any]
  void findCheckpoint(const Tag& node, std::uint64_t position, CheckpointFinder::Done done) {
    finder_.find(node, position, std::move(done));
  }

 private:
  void onMembership(const MembershipChanged& message);
  void onLink(const LinkChanged& message);
  void onCheckpoint(const CheckpointReceived& message);
  void everyTick();
  void everySecond();
  void recordOwn();
  void look();
  void checkName();
  void settle(bool whole);
  void tellReached(const ClusterView& view);

  Bus& bus_;
  Loop& loop_;
  Logger& log_;
  Checkpoints& checkpoints_;
  const Settings settings_;
  const Ties ties_;
  PeerTable table_;
  ViewBoard board_;
  Replication replication_;
  CheckpointFinder finder_;
  Gauge& nodes_;
  Gauge& unlinked_;
  bool started_ = false;
  bool settled_ = false;
  std::optional<PeerTable::Clash> clash_;
  bool newcomer_ = false;  // in that clash
  Clock::time_point clash_told_;
  std::optional<std::uint64_t> recorded_;
  std::uint64_t ticks_ = 0;
  std::vector<Tag> reached_;  // linked peers that ties_.reached was told of
  std::vector<Registration> subscriptions_;
  Registration ticker_;
  Registration start_timer_;
};

}  // namespace sse::cluster
