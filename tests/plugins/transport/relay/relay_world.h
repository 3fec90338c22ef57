#pragma once

#include <doctest/doctest.h>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "support/fake_host.h"
#include "support/poll_loop.h"
#include "transport/relay/relay.h"
#include "transport/relay/socket_stream.h"

namespace sse::test {

/// A node as the relay sees it: a listener that answers the upgrade, a journal that takes what peers send.
class Node {
 public:
  Node(PollLoop& loop, std::string name, std::string_view tag, std::uint16_t port = 0, std::string secret = {},
       std::string_view settings = R"({"relay.timeout": 10000, "relay.original_nodes": null})")
      : loop_(loop), host(loop, std::move(name), tag) {
    host.info().cluster_secret = std::move(secret);
    listen(port);
    links = host.bus().record<LinkChanged>();
    originals = host.bus().record<OriginalNodes>();
    checkpoints = host.bus().record<CheckpointReceived>();
    unknown = host.bus().record<CheckpointUnknown>();
    floors = host.bus().record<FloorsReceived>();
    subscriptions_.push_back(host.bus().subscribe<PeerEvents>([this](const PeerEvents& message) {
      if (message.hole) host.journal().takeHole(*message.hole);
      for (const auto& event : message.batch.events) repeats += host.journal().take(event) ? 0 : 1;
      host.bus().publish(EventsAppended{host.journal().head()});
    }));
    subscriptions_.push_back(host.bus().subscribe<CheckpointReceived>(
        [this](const CheckpointReceived& message) { host.journal().keepCheckpoint(message.checkpoint); }));
    REQUIRE(relay.configure(host, settings).ok());
    REQUIRE(relay.start().ok());
  }
  ~Node() { refuseAll(); }

  void stop() {
    if (!std::exchange(stopped_, true)) relay.stop();
  }

  /// Nobody answers on the port any more; it stays reserved for `listenAgain`.
  void refuseAll() {
    watch_.cancel();
    pending_.clear();
    if (listener_ >= 0) ::close(std::exchange(listener_, -1));
  }
  void listen(std::uint16_t port) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
    REQUIRE(::listen(listener_, 64) == 0);
    socklen_t size = sizeof(address);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    this->port = ntohs(address.sin_port);
    watch_ = loop_.watch(listener_, kReadable, [this](std::uint32_t) { acceptAll(); });
  }

  void ready() { host.bus().publish(NodeStateChanged{NodeStateChanged::State::Ready}); }
  void publish(const std::string& body) {
    host.journal().append("c", "data: " + body + "\n");
    host.bus().publish(EventsAppended{host.journal().head()});
  }
  void add(const Node& peer) { add(peer.port); }
  void add(std::uint16_t peer_port, const std::string& address = "127.0.0.1") {
    host.bus().publish(PeerAdded{address + ":" + std::to_string(peer_port), "", address, peer_port});
  }
  /// A member whose name discovery knows.
  void addNamed(std::uint16_t peer_port, const std::string& name) {
    host.bus().publish(PeerAdded{"127.0.0.1:" + std::to_string(peer_port), name, "127.0.0.1", peer_port});
  }
  void remove(const Node& peer) { host.bus().publish(PeerRemoved{"127.0.0.1:" + std::to_string(peer.port)}); }

  /// The newest word on the link with this key.
  [[nodiscard]] LinkChanged link(const Node& peer) const { return link("127.0.0.1:" + std::to_string(peer.port)); }
  [[nodiscard]] LinkChanged link(const std::string& key) const {
    LinkChanged newest;
    for (const auto& changed : *links) {
      if (changed.key == key) newest = changed;
    }
    return newest;
  }
  [[nodiscard]] bool filledFrom(const Node& peer) const { return link(peer).filled; }
  [[nodiscard]] bool has(const std::string& body) const { return count(body) > 0; }
  [[nodiscard]] std::size_t count(const std::string& body) const {
    const auto bodies = host.journal().bodies();
    return static_cast<std::size_t>(std::count(bodies.begin(), bodies.end(), "data: " + body + "\n"));
  }

 private:
  PollLoop& loop_;

 public:
  mutable FakeHost host;
  std::uint16_t port = 0;
  std::size_t repeats = 0;
  std::string answer = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: sse-relay/1\r\n\r\n";
  std::shared_ptr<std::vector<LinkChanged>> links;
  std::shared_ptr<std::vector<OriginalNodes>> originals;
  std::shared_ptr<std::vector<CheckpointReceived>> checkpoints;
  std::shared_ptr<std::vector<CheckpointUnknown>> unknown;
  std::shared_ptr<std::vector<FloorsReceived>> floors;
  relay::Relay relay;

 private:
  struct Pending {
    std::unique_ptr<relay::SocketStream> stream;
    std::string request;
    Registration watch;
  };

  void acceptAll() {
    for (;;) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      auto pending = std::make_shared<Pending>();
      pending->stream = std::make_unique<relay::SocketStream>(fd);
      pending->watch = loop_.watch(fd, kReadable, [this, raw = pending.get()](std::uint32_t) { onRequest(*raw); });
      pending_.push_back(std::move(pending));
    }
  }
  void onRequest(Pending& pending) {
    char buffer[4096];
    const auto got = pending.stream->read(buffer);
    if (!got.ok()) return pending.watch.cancel();
    pending.request.append(buffer, *got);
    const auto end = pending.request.find("\r\n\r\n");
    if (end == std::string::npos) return;
    CHECK(pending.request.find("GET /relay HTTP/1.1\r\n") == 0);
    CHECK(pending.request.find("\r\nUpgrade: sse-relay/1\r\n") != std::string::npos);
    pending.watch.cancel();
    const iovec part{answer.data(), answer.size()};
    REQUIRE(*pending.stream->write(std::span<const iovec>(&part, 1)) == answer.size());
    if (stopped_ || answer.find(" 101 ") == std::string::npos) return pending.stream.reset();
    relay.accept({"sse-relay/1", "127.0.0.1", pending.request.substr(end + 4), std::move(pending.stream)});
  }

  bool stopped_ = false;
  int listener_ = -1;
  Registration watch_;
  std::vector<std::shared_ptr<Pending>> pending_;
  std::vector<Registration> subscriptions_;
};

/// Each knows the other and has what the other had.
inline void connect(PollLoop& loop, Node& a, Node& b) {
  a.add(b);
  b.add(a);
  REQUIRE(loop.runUntil([&] { return a.filledFrom(b) && b.filledFrom(a); }));
}

}  // namespace sse::test
