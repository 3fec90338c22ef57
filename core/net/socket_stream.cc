#include "net/socket_stream.h"

#include <cerrno>
#include <cstring>

namespace sse::net {

Result<std::size_t> SocketStream::read(std::span<char> into) {
  const ssize_t got = socket_.receive(into);
  if (got > 0) return static_cast<std::size_t>(got);
  if (got == 0) return Error{Code::Unavailable, "closed by the other side"};
  if (errno == EAGAIN || errno == EINTR) return std::size_t{0};
  return broken();
}

Result<std::size_t> SocketStream::write(std::span<const iovec> parts) {
  const ssize_t sent = socket_.send(parts);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno == EAGAIN || errno == EINTR) return std::size_t{0};
  return broken();
}

Error SocketStream::broken() const {
  const int number = errno;
  const bool by_tls = socket_.tls && !socket_.tls->failure().empty();
  if (!by_tls) return {Code::Unavailable, std::strerror(number)};
  return {socket_.tls->distrusted() ? Code::Unauthenticated : Code::System, "TLS " + socket_.tls->failure()};
}

}  // namespace sse::net
