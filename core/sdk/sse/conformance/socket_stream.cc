#include "sse/conformance/socket_stream.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace sse::conformance {
namespace {

Result<std::size_t> outcome(ssize_t count) {
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return std::size_t{0};
  return Error{Code::System, std::strerror(errno)};
}

}  // namespace

SocketStream::~SocketStream() { ::close(*fd_); }

Result<std::size_t> SocketStream::read(std::span<char> into) {
  const auto got = ::recv(*fd_, into.data(), into.size(), 0);
  if (got == 0) return Error{Code::Unavailable, "closed"};
  return outcome(got);
}

Result<std::size_t> SocketStream::write(std::span<const iovec> parts) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  return outcome(::sendmsg(*fd_, &message, MSG_NOSIGNAL));
}

std::pair<std::unique_ptr<SocketStream>, std::unique_ptr<SocketStream>> SocketStream::pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::runtime_error(std::string("socketpair: ") + std::strerror(errno));
  }
  return {std::make_unique<SocketStream>(ends[0]), std::make_unique<SocketStream>(ends[1])};
}

void SocketStream::put(std::string_view bytes) {
  const iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  (void)write(std::span(&part, 1));
}

bool SocketStream::drained() {
  std::array<char, 4096> bytes;
  while (true) {
    const auto got = read(bytes);
    if (!got) return true;
    if (*got == 0) return false;
  }
}

}  // namespace sse::conformance
