#include "sse/conformance/cluster_node.h"

#include <algorithm>
#include <utility>

namespace sse::conformance {
namespace {

std::string keyOf(const ClusterNode& peer) { return "127.0.0.1:" + std::to_string(peer.port()); }

}  // namespace

ClusterNode::ClusterNode(Loop& loop, FakeHost& host)
    : host_(host), listener(loop, [this](Upgraded upgraded) { accept(std::move(upgraded)); }) {
  auto& bus = host_.bus();
  host_.info().http_port = listener.port();
  links = bus.record<LinkChanged>();
  checkpoints = bus.record<CheckpointReceived>();
  unknown = bus.record<CheckpointUnknown>();
  floors = bus.record<FloorsReceived>();
  subscriptions_.push_back(bus.subscribe<PeerEvents>([this](const PeerEvents& message) { take(message); }));
  subscriptions_.push_back(bus.subscribe<CheckpointReceived>(
      [this](const CheckpointReceived& message) { host_.journal().keepCheckpoint(message.checkpoint); }));
}

void ClusterNode::attach(Transport* transport) { transport_ = transport; }

void ClusterNode::take(const PeerEvents& message) {
  if (message.hole) {
    holes.push_back(*message.hole);
    host_.journal().takeHole(*message.hole);
  }
  for (const auto& event : message.batch.events) repeats += host_.journal().take(event) ? 0 : 1;
  host_.bus().publish(EventsAppended{host_.journal().head()});
}

void ClusterNode::accept(Upgraded upgraded) {
  if (transport_ != nullptr) transport_->accept(std::move(upgraded));
}

std::uint64_t ClusterNode::publish(FakeJournal::Entry entry) {
  const auto position = host_.journal().append(std::move(entry));
  host_.bus().publish(EventsAppended{position});
  return position;
}

void ClusterNode::add(std::uint16_t peer_port, const std::string& address) {
  host_.bus().publish(PeerAdded{address + ":" + std::to_string(peer_port), "", address, peer_port});
}

void ClusterNode::remove(const ClusterNode& peer) { host_.bus().publish(PeerRemoved{keyOf(peer)}); }

LinkChanged ClusterNode::link(const ClusterNode& peer) const { return link(keyOf(peer)); }

LinkChanged ClusterNode::link(const std::string& key) const {
  LinkChanged newest;
  for (const auto& changed : *links) {
    if (changed.key == key) newest = changed;
  }
  return newest;
}

std::size_t ClusterNode::count(const std::string& body) const {
  const auto bodies = host_.journal().bodies();
  return static_cast<std::size_t>(std::count(bodies.begin(), bodies.end(), "data: " + body + "\n"));
}

}  // namespace sse::conformance
