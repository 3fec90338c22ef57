#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sse/conformance/fake_host.h"
#include "sse/conformance/upgrade_listener.h"
#include "sse/messages.h"
#include "sse/transport.h"

namespace sse::conformance {

/// What of a node stands around one transport: its journal takes what peers send, its port brings connections, and what
/// the transport tells is kept. Belongs to the thread of its loop. The host and the transport outlive it.
class ClusterNode {
 public:
  ClusterNode(Loop& loop, FakeHost& host);

  /// Connections to the port go to `transport` from now on; nullptr: they are closed. [started]
  void attach(Transport* transport);

  /// Says in which state the node is.
  void state(NodeStateChanged::State state) { host_.bus().publish(NodeStateChanged{state}); }
  void ready() { state(NodeStateChanged::State::Ready); }

  /// Publishes an event here.
  std::uint64_t publish(FakeJournal::Entry entry);
  void publish(const std::string& body) { publish({.channel = "c", .body = "data: " + body + "\n"}); }

  /// Tells the transport of a peer, or that it is gone.
  void add(std::uint16_t peer_port, const std::string& address = "127.0.0.1");
  void add(const ClusterNode& peer) { add(peer.port()); }
  void remove(const ClusterNode& peer);

  /// The newest word on the link with this peer, or key.
  [[nodiscard]] LinkChanged link(const ClusterNode& peer) const;
  [[nodiscard]] LinkChanged link(const std::string& key) const;
  [[nodiscard]] bool filledFrom(const ClusterNode& peer) const { return link(peer).filled; }

  /// Whether, or how often, an event published by `publish(body)` is in the journal.
  [[nodiscard]] bool has(const std::string& body) const { return count(body) > 0; }
  [[nodiscard]] std::size_t count(const std::string& body) const;

  [[nodiscard]] std::uint16_t port() const { return listener.port(); }
  [[nodiscard]] FakeJournal& journal() const { return host_.journal(); }
  [[nodiscard]] Tag tag() const { return host_.node().tag; }

 private:
  void take(const PeerEvents& message);
  void accept(Upgraded upgraded);

  FakeHost& host_;
  Transport* transport_ = nullptr;
  std::vector<Registration> subscriptions_;

 public:
  UpgradeListener listener;
  std::size_t repeats = 0;      ///< events that came though they were here
  std::vector<Identity> holes;  ///< as told, in order
  std::shared_ptr<std::vector<LinkChanged>> links;
  std::shared_ptr<std::vector<CheckpointReceived>> checkpoints;
  std::shared_ptr<std::vector<CheckpointUnknown>> unknown;
  std::shared_ptr<std::vector<FloorsReceived>> floors;
};

}  // namespace sse::conformance
