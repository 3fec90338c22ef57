#pragma once

#include <functional>
#include <optional>
#include <string>

#include "discovery/gossip/socket_address.h"

namespace sse::gossip {

/// The two sockets of a node, on one port number: datagrams and connections (docs/memberlist.md section 2). Opened by
/// the plugin, which hands the listener on; the control thread's.
class Ports {
 public:
  static constexpr std::uint16_t kUsual = 42000;

  /// Binds both to `address`, all addresses of the machine where it is empty (4 or 16 bytes otherwise). Without a port
  /// the usual one is taken if it is free, else any that is free for both. [control]
  static Result<Ports> open(const std::string& address, std::optional<std::uint16_t> port);

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int udp() const { return udp_.get(); }
  [[nodiscard]] int tcp() const { return tcp_.get(); }

  /// How sending went.
  enum class Sent : std::uint8_t { Yes, Full, Unsendable };
  /// Sends a datagram. `Full`: lost here, as if it had been on its way. `Unsendable`: this machine cannot reach the
  /// address at all. [control]
  Sent send(const Endpoint& to, const std::string& datagram);

  /// Hands over datagrams that have come, `most` at a time. [control]
  void receive(std::size_t most, const std::function<void(const Endpoint& from, std::string_view datagram)>& each);

 private:
  Ports(int family, Descriptor udp, Descriptor tcp, std::uint16_t port);
  static Result<Ports> openBoth(int family, const std::string& address, std::uint16_t port);

  int family_;
  Descriptor udp_;
  Descriptor tcp_;
  std::uint16_t port_;
  std::string buffer_;
};

}  // namespace sse::gossip
