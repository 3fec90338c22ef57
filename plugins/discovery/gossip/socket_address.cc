#include "discovery/gossip/socket_address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <span>
#include <unistd.h>

namespace sse::gossip {

SocketAddress socketAddress(int family, const Endpoint& endpoint) {
  SocketAddress made;
  const auto plain = plainAddress(endpoint.address);
  if (family == AF_INET && plain.size() == 4) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&made.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    std::memcpy(&v4->sin_addr, plain.data(), plain.size());
    made.size = sizeof(sockaddr_in);
  } else if (family == AF_INET6 && isAddress(plain)) {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&made.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(endpoint.port);
    const std::span<std::uint8_t, 16> bytes(v6->sin6_addr.s6_addr);
    if (plain.size() == 4) bytes[10] = bytes[11] = 0xff;
    std::ranges::copy(plain, bytes.end() - static_cast<std::ptrdiff_t>(plain.size()));
    made.size = sizeof(sockaddr_in6);
  }
  return made;
}

Endpoint endpointOf(const SocketAddress& address) {
  if (address.storage.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
    return {{reinterpret_cast<const char*>(&v4->sin_addr), 4}, ntohs(v4->sin_port)};
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
  return {plainAddress({reinterpret_cast<const char*>(&v6->sin6_addr), 16}), ntohs(v6->sin6_port)};
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Error systemError(const std::string& where) { return {Code::System, where + ": " + std::strerror(errno)}; }

}  // namespace sse::gossip
