#pragma once

#include <sys/socket.h>

#include "discovery/gossip/endpoint.h"
#include "sse/result.h"

/// Endpoints as the system wants them, and descriptors that close themselves.
namespace sse::gossip {

/// An address for system calls; `size` is 0 where the endpoint does not fit the family.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// For a socket of `family`: IPv4 addresses in an IPv6 socket take their longer form. [any]
SocketAddress socketAddress(int family, const Endpoint& endpoint);

/// The other way, in the shorter form. [any]
Endpoint endpointOf(const SocketAddress& address);

/// A descriptor, closed at its end. Movable.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_ = -1;
};

/// What the last system call failed with. [any]
Error systemError(const std::string& where);

}  // namespace sse::gossip
