#include "cluster/cluster.h"

#include <algorithm>

namespace sse::cluster {
namespace {

constexpr Duration kTick{250};
constexpr std::uint64_t kTicksPerSecond = 4;
constexpr Duration kClashAgain{60'000};

}  // namespace

Cluster::Cluster(Bus& bus, Loop& loop, Logger& log, Metrics& metrics, Checkpoints& checkpoints, Settings settings,
                 Ties ties)
    : bus_(bus),
      loop_(loop),
      log_(log),
      checkpoints_(checkpoints),
      settings_(std::move(settings)),
      ties_(std::move(ties)),
      table_(settings_.name, settings_.tag),
      replication_(bus, metrics, ties_.append, ties_.append_hole),
      finder_(
          bus, loop, [this](const Tag& node, std::uint64_t position) { return checkpoints_.find(node, position); },
          settings_.peer_timeout),
      nodes_(metrics.gauge("sse_cluster_nodes", "other nodes that are alive or suspect")),
      unlinked_(metrics.gauge("sse_cluster_unlinked", "of these, nodes that this one has no link to")) {
  subscriptions_.push_back(
      bus.subscribe<MembershipChanged>([this](const MembershipChanged& message) { onMembership(message); }));
  subscriptions_.push_back(bus.subscribe<LinkChanged>([this](const LinkChanged& message) { onLink(message); }));
  subscriptions_.push_back(
      bus.subscribe<CheckpointReceived>([this](const CheckpointReceived& message) { onCheckpoint(message); }));
  ticker_ = loop_.after(kTick, [this] { everyTick(); });
}

void Cluster::start() {
  started_ = true;
  recordOwn();
  start_timer_ = loop_.after(settings_.start_timeout, [this] { settle(false); });
  look();
}

void Cluster::onMembership(const MembershipChanged& message) {
  auto changes = table_.membership(message, loop_.now());
  for (auto& peer : changes.removed) bus_.publish(std::move(peer));
  for (auto& peer : changes.added) bus_.publish(std::move(peer));
  look();
}

void Cluster::onLink(const LinkChanged& message) {
  table_.link(message, loop_.now());
  look();
}

void Cluster::onCheckpoint(const CheckpointReceived& message) {
  checkpoints_.keep(message.checkpoint, loop_.now());
  finder_.kept(message.checkpoint.node);
}

/// Draws conclusions from the table.
void Cluster::look() {
  checkName();
  auto view = table_.view(loop_.now());
  const auto there = [](const NodeView& node) {
    return node.state == Member::State::Alive || node.state == Member::State::Suspect;
  };
  nodes_.set(std::count_if(view.nodes.begin(), view.nodes.end(), there));
  unlinked_.set(std::count_if(view.nodes.begin(), view.nodes.end(), [&there](const NodeView& node) {
    return there(node) && node.link != LinkChanged::State::Connected;
  }));
  tellReached(view);
  board_.put(std::move(view));
  const auto heard = [this](const std::string& source) { return table_.heard(source); };
  const bool all_heard = std::all_of(settings_.sources.begin(), settings_.sources.end(), heard);
  if (started_ && all_heard && table_.allFilled()) settle(true);
}

void Cluster::tellReached(const ClusterView& view) {
  std::vector<Tag> reached;
  for (const auto& node : view.nodes) {
    // Nodes of the original program have no tag.
    if (node.link != LinkChanged::State::Connected || !node.filled || node.tag == Tag{}) continue;
    reached.push_back(node.tag);
    if (std::ranges::find(reached_, node.tag) == reached_.end() && ties_.reached) ties_.reached(node.tag);
  }
  reached_ = std::move(reached);
}

void Cluster::settle(bool whole) {
  if (settled_) return;
  settled_ = true;
  start_timer_.cancel();
  log_.write(Level::Info, "cluster-settled", whole ? "every peer is linked" : "not every peer answered in time",
             {{"nodes", std::to_string(board_.get()->nodes.size())}});
  if (ties_.settled) ties_.settled(whole);
}

void Cluster::checkName() {
  auto clash = table_.clash();
  const auto now = loop_.now();
  if (!clash) {
    if (clash_) log_.write(Level::Info, "node-name-free", "no other node has this node's name any more", {});
    clash_.reset();
    return;
  }
  const bool first_told = clash->first != PeerTable::Clash::First::Unknown;
  const bool newcomer = first_told ? clash->first == PeerTable::Clash::First::Them : clash_ ? newcomer_ : !settled_;
  const bool news = !clash_ || newcomer != newcomer_;
  newcomer_ = newcomer;
  clash_ = std::move(clash);
  if (!news && now - clash_told_ < kClashAgain) return;
  clash_told_ = now;
  log_.write(Level::Error, "node-name-clash",
             "node.name: expected a name that no other node has; give each node its own and restart one of them",
             {{"name", settings_.name}, {"other", clash_->who}, {"newcomer", newcomer_ ? "this node" : "the other"}});
  bus_.publish(Warned{"node-name-clash", "another node is called \"" + settings_.name + "\", too", clash_->who});
}

Readiness Cluster::readiness() const {
  if (clash_ && newcomer_) {
    return {false, "node.name: \"" + settings_.name + "\" is also the name of the node at " + clash_->who +
                       ", which was there first"};
  }
  if (!settled_) return {false, "waits for its peers"};
  return {};
}

void Cluster::everyTick() {
  recordOwn();
  if (++ticks_ % kTicksPerSecond == 0) everySecond();
  ticker_ = loop_.after(kTick, [this] { everyTick(); });
}

void Cluster::recordOwn() {
  auto now = ties_.checkpoint();
  if (now.position == recorded_) return;
  recorded_ = now.position;
  checkpoints_.recordOwn(std::move(now), loop_.now());
}

void Cluster::everySecond() {
  checkpoints_.expire(loop_.now());
  if (table_.tick(loop_.now()) || clash_) look();
}

}  // namespace sse::cluster
