#pragma once

#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "sse/transport.h"

namespace sse {

/// A connected, or connecting, non-blocking socket of a plugin's own. Owned by whoever holds it.
class SocketStream final : public Stream {
 public:
  /// Begins to connect to a numeric address by TCP; writable once it is done. TCP_NODELAY is on, and a peer that is
  /// silent on the TCP level for 15 s breaks the connection. [any]
  static Result<std::unique_ptr<SocketStream>> connectTo(const std::string& address, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
      return Error{Code::InvalidArgument, "expected a numeric address, got \"" + address + "\""};
    }
    auto stream = begin(*found);
    ::freeaddrinfo(found);
    return stream;
  }

  /// Takes over `fd`, which does not block. [any]
  explicit SocketStream(int fd) : fd_(fd) {}
  ~SocketStream() override {
    if (fd_ >= 0) ::close(fd_);
  }
  SocketStream(const SocketStream&) = delete;
  SocketStream& operator=(const SocketStream&) = delete;

  Result<std::size_t> read(std::span<char> into) override {
    for (;;) {
      const auto got = ::recv(fd_, into.data(), into.size(), 0);
      if (got > 0) return static_cast<std::size_t>(got);
      if (got == 0) return Error{Code::Unavailable, "closed"};
      if (errno == EAGAIN || errno == EWOULDBLOCK) return std::size_t{0};
      if (errno != EINTR) return broken(errno);
    }
  }

  Result<std::size_t> write(std::span<const iovec> parts) override {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts.data());
    message.msg_iovlen = parts.size();
    for (;;) {
      const auto put = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
      if (put >= 0) return static_cast<std::size_t>(put);
      if (errno == EAGAIN || errno == EWOULDBLOCK) return std::size_t{0};
      if (errno != EINTR) return broken(errno);
    }
  }

  [[nodiscard]] int fd() const override { return fd_; }

  /// Hands the descriptor over; nothing else may be called then. [owner]
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

  /// How connecting went, once the socket is writable. [owner]
  [[nodiscard]] Result<void> connected() const {
    int error = 0;
    socklen_t size = sizeof(error);
    if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error != 0) return broken(error);
    return {};
  }

 private:
  static constexpr int kSilenceMs = 15'000;

  static Error broken(int number) { return {Code::Unavailable, std::strerror(number)}; }

  static Result<std::unique_ptr<SocketStream>> begin(const addrinfo& target) {
    const int fd = ::socket(target.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return Error{Code::System, std::strerror(errno)};
    auto stream = std::make_unique<SocketStream>(fd);
    stream->set(IPPROTO_TCP, TCP_NODELAY, 1);
    stream->set(SOL_SOCKET, SO_KEEPALIVE, 1);
    stream->set(IPPROTO_TCP, TCP_USER_TIMEOUT, kSilenceMs);
    if (::connect(fd, target.ai_addr, target.ai_addrlen) != 0 && errno != EINPROGRESS) return broken(errno);
    return stream;
  }

  void set(int level, int name, int value) const { ::setsockopt(fd_, level, name, &value, sizeof(value)); }

  int fd_;
};

}  // namespace sse
