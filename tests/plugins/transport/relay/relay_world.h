#pragma once

#include <doctest/doctest.h>
#include <string>
#include <utility>

#include "sse/conformance/cluster_node.h"
#include "sse/conformance/poll_loop.h"
#include "transport/relay/relay.h"

namespace sse::test {

using conformance::PollLoop;

/// What the relay is configured with: `originals` is the JSON of relay.original_nodes, the rest has its defaults.
inline std::string relaySettings(const std::string& originals = "null", int timeout_ms = 10'000,
                                 const std::string& tls = R"("relay.tls": "auto", "relay.client_names": null)") {
  return R"({"relay.timeout": )" + std::to_string(timeout_ms) + R"(, "relay.original_nodes": )" + originals +
         R"(, "relay.ca_file": null, "relay.server_name": null, "relay.client_certificate": null, )" +
         R"("relay.client_key": null, )" + tls + "}";
}

/// A host that is there before everything that uses it.
struct NodeHost {
  NodeHost(PollLoop& loop, std::string name, std::string_view tag) : host(loop, std::move(name), tag) {}
  mutable conformance::FakeHost host;
};

/// A node as the relay sees it: a listener that answers the upgrade, a journal that takes what peers send.
class Node : public NodeHost, public conformance::ClusterNode {
 public:
  Node(PollLoop& loop, std::string name, std::string_view tag, std::string secret = {},
       const std::string& settings = relaySettings())
      : NodeHost(loop, std::move(name), tag), ClusterNode(loop, NodeHost::host) {
    host.info().cluster_secret = std::move(secret);
    originals = host.bus().record<OriginalNodes>();
    REQUIRE(relay.configure(host, settings).ok());
    REQUIRE(relay.start().ok());
    attach(&relay);
  }

  void stop() {
    if (std::exchange(stopped_, true)) return;
    attach(nullptr);
    relay.stop();
  }

  /// A member on this host whose name discovery knows.
  void addNamed(std::uint16_t peer_port, const std::string& name) {
    host.bus().publish(PeerAdded{"127.0.0.1:" + std::to_string(peer_port), name, "127.0.0.1", peer_port});
  }

  relay::Relay relay;
  std::shared_ptr<std::vector<OriginalNodes>> originals;

 private:
  bool stopped_ = false;
};

/// Each knows the other and has what the other had.
inline void connect(PollLoop& loop, Node& a, Node& b) {
  a.add(b);
  b.add(a);
  REQUIRE(loop.runUntil([&] { return a.filledFrom(b) && b.filledFrom(a); }));
}

}  // namespace sse::test
