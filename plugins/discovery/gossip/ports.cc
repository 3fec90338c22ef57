#include "discovery/gossip/ports.h"

#include <cerrno>
#include <netinet/in.h>
#include <utility>

namespace sse::gossip {
namespace {

constexpr std::size_t kLargestDatagram = 65536;
constexpr int kReceiveBuffer = 2 << 20;
constexpr int kLeastReceiveBuffer = 64 << 10;
constexpr int kBacklog = 128;
constexpr int kTries = 16;

void setOption(int fd, int level, int name, int value) { setsockopt(fd, level, name, &value, sizeof(value)); }

Result<Descriptor> bound(int family, int type, const std::string& address, std::uint16_t port) {
  const auto where = std::string("gossip.port ") + std::to_string(port) + (type == SOCK_STREAM ? "/tcp" : "/udp");
  Descriptor made(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (made.get() < 0) return systemError(where);
  if (family == AF_INET6) setOption(made.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (type == SOCK_STREAM) setOption(made.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  const auto any = std::string(family == AF_INET ? 4 : 16, '\0');
  const auto local = socketAddress(family, {address.empty() ? any : address, port});
  if (::bind(made.get(), local.get(), local.size) != 0) return systemError(where);
  return made;
}

std::uint16_t portOf(int fd) {
  SocketAddress local;
  local.size = sizeof(local.storage);
  getsockname(fd, local.get(), &local.size);
  return endpointOf(local).port;
}

}  // namespace

Ports::Ports(int family, Descriptor udp, Descriptor tcp, std::uint16_t port)
    : family_(family), udp_(std::move(udp)), tcp_(std::move(tcp)), port_(port), buffer_(kLargestDatagram, '\0') {
  for (int size = kReceiveBuffer; size >= kLeastReceiveBuffer; size /= 2) {
    if (setsockopt(udp_.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) == 0) break;
  }
}

Result<Ports> Ports::openBoth(int family, const std::string& address, std::uint16_t port) {
  auto udp = bound(family, SOCK_DGRAM, address, port);
  if (!udp.ok()) return udp.error();
  const auto chosen = portOf(udp->get());
  auto tcp = bound(family, SOCK_STREAM, address, chosen);
  if (!tcp.ok()) return tcp.error();
  if (::listen(tcp->get(), kBacklog) != 0) return systemError("gossip.port " + std::to_string(chosen) + "/tcp");
  return Ports(family, std::move(*udp), std::move(*tcp), chosen);
}

Result<Ports> Ports::open(const std::string& address, std::optional<std::uint16_t> port) {
  int family = address.size() == 4 ? AF_INET : AF_INET6;
  if (address.empty() && Descriptor(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)).get() < 0) family = AF_INET;
  auto opened = openBoth(family, address, port.value_or(kUsual));
  if (port && *port != 0) return opened;
  for (int i = 0; i < kTries && !opened.ok(); ++i) opened = openBoth(family, address, 0);
  return opened;
}

Ports::Sent Ports::send(const Endpoint& to, const std::string& datagram) {
  const auto target = socketAddress(family_, to);
  if (target.size == 0) return Sent::Unsendable;
  if (::sendto(udp_.get(), datagram.data(), datagram.size(), 0, target.get(), target.size) >= 0) return Sent::Yes;
  const bool local = errno == ENETUNREACH || errno == ENETDOWN || errno == EADDRNOTAVAIL || errno == EPERM;
  return local ? Sent::Unsendable : Sent::Full;
}

void Ports::receive(std::size_t most,
                    const std::function<void(const Endpoint& from, std::string_view datagram)>& each) {
  for (std::size_t i = 0; i < most; ++i) {
    SocketAddress from;
    from.size = sizeof(from.storage);
    const auto got = ::recvfrom(udp_.get(), buffer_.data(), buffer_.size(), 0, from.get(), &from.size);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (got >= 0) each(endpointOf(from), {buffer_.data(), static_cast<std::size_t>(got)});
  }
}

}  // namespace sse::gossip
