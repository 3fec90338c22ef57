#include "transport/relay/socket_stream.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sse::relay {
namespace {

constexpr int kSilenceMs = 15'000;

Error systemError(int number) { return {Code::System, std::strerror(number)}; }

/// The socket address; its size is 0 where `address` is not numeric.
std::pair<sockaddr_storage, socklen_t> socketAddress(const std::string& address, std::uint16_t port) {
  sockaddr_storage storage{};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  if (inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    return {storage, sizeof(sockaddr_in)};
  }
  storage = {};
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    return {storage, sizeof(sockaddr_in6)};
  }
  return {storage, 0};
}

void setOption(int fd, int level, int name, int value) { setsockopt(fd, level, name, &value, sizeof(value)); }

}  // namespace

Result<std::unique_ptr<SocketStream>> SocketStream::connectTo(const std::string& address, std::uint16_t port) {
  const auto [target, size] = socketAddress(address, port);
  if (size == 0) return Error{Code::InvalidArgument, "expected a numeric address, got \"" + address + "\""};
  const int fd = socket(target.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return systemError(errno);
  auto stream = std::make_unique<SocketStream>(fd);
  setOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  setOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  setOption(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, kSilenceMs);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&target), size) != 0 && errno != EINPROGRESS) {
    return systemError(errno);
  }
  return stream;
}

SocketStream::~SocketStream() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::size_t> SocketStream::read(std::span<char> into) {
  for (;;) {
    const auto got = ::recv(fd_, into.data(), into.size(), 0);
    if (got > 0) return static_cast<std::size_t>(got);
    if (got == 0) return Error{Code::Unavailable, "closed"};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::size_t{0};
    if (errno != EINTR) return systemError(errno);
  }
}

Result<std::size_t> SocketStream::write(std::span<const iovec> parts) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  for (;;) {
    const auto put = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (put >= 0) return static_cast<std::size_t>(put);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::size_t{0};
    if (errno != EINTR) return systemError(errno);
  }
}

Result<void> SocketStream::connected() const {
  int error = 0;
  socklen_t size = sizeof(error);
  if (getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return systemError(error);
  return {};
}

}  // namespace sse::relay
