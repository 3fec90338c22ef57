#include <algorithm>

#include "kernel/running_node.h"

namespace sse::kernel {
namespace {

constexpr Duration kDoorTick{100};

}  // namespace

void RunningNode::drain(std::function<void()> gone) {
  control_.post([this, gone = std::move(gone)]() mutable {
    if (gone_) return;
    gone_ = std::move(gone);
    node_.state.store(api::NodeState::Draining);
    subscriptions_.push_back(
        bus_->subscribe<PeersMissing>([this](const PeersMissing& message) { missing_ = message.any; }));
    announce(NodeStateChanged::State::Draining);
    log_->write(Level::Info, "draining", "leaving: not ready any more");
    drain_timer_ = control_.after(drain_delay_, [this] { afterDrainDelay(); });
  });
}

void RunningNode::afterDrainDelay() {
  node_.state.store(api::NodeState::Closing);
  parts_.plugins.drain();
  loops_draining_ = loops_.size();
  keepDoor();
  for (auto& parts : loops_) {
    parts->loop.post([this, each = parts.get()] {
      each->server.shutdownNotice();
      each->streamer.drain([this](std::uint64_t position) { announceEnding(position); },
                           [this, each] { each->server.drain([this] { control_.post([this] { loopDrained(); }); }); });
    });
  }
}

/// Behind a closed port load balancers take the next node at once. But a peer whose link is broken comes back by it.
void RunningNode::keepDoor() {
  if (listening_ && !missing_) {
    for (auto& parts : loops_) parts->loop.post([server = &parts->server] { server->closeListeners(); });
    listening_ = false;
  } else if (!listening_ && missing_ && bindLoops()) {
    listen();
    listening_ = true;
  }
  drain_timer_ = control_.after(kDoorTick, [this] { keepDoor(); });
}

/// Looked up at once, while the position is near the head.
void RunningNode::announceEnding(std::uint64_t position) {
  auto checkpoint = journal_->checkpointAt(position);
  if (!checkpoint) return;
  control_.post(
      [this, message = StreamsEnding{std::move(*checkpoint)}]() mutable { bus_->publish(std::move(message)); });
}

void RunningNode::loopDrained() {
  if (--loops_draining_ > 0) return;
  node_.state.store(api::NodeState::Leaving);
  loops_draining_ = loops_.size();
  // What loops took before they saw the state is in the journal once each has had a turn.
  for (auto& parts : loops_) {
    parts->loop.post([this] {
      control_.post([this] {
        if (--loops_draining_ == 0) sayFarewell();
      });
    });
  }
}

void RunningNode::sayFarewell() {
  const auto head = own_head_.load(std::memory_order_acquire);
  const auto acknowledged = hasPeers() ? node_.acknowledged.load(std::memory_order_acquire) : head;
  farewell_->begin(head, acknowledged, drain_flush_, [this] {
    // Behind the message published below, so that transports have said their last words.
    control_.post(gone_);
  });
  announce(NodeStateChanged::State::Leaving);
}

bool RunningNode::hasPeers() const {
  return missing_ || std::ranges::any_of(cluster_->view()->nodes,
                                         [](const auto& node) { return node.link == LinkChanged::State::Connected; });
}

}  // namespace sse::kernel
