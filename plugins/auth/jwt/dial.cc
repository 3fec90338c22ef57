#include "auth/jwt/dial.h"

#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

#include "sse/addresses.h"

namespace sse::jwt {
namespace {

/// A descriptor that is connected, or a negated errno. `abort` holds it in the first case only.
int connectTo(const Poco::Net::SocketAddress& address, const timeval& limit, Abort& abort) {
  const int fd = ::socket(address.af(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  // A blocking connect ends by the limit for sending, and at once by shutdown.
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  const bool wanted = abort.hold(fd);
  if (wanted && ::connect(fd, address.addr(), address.length()) == 0) return fd;
  const int error = !wanted ? ECANCELED : errno == EINPROGRESS ? ETIMEDOUT : errno;
  abort.release();
  ::close(fd);
  return -error;
}

}  // namespace

Result<Poco::Net::StreamSocket> dial(const std::string& host, std::uint16_t port, Duration timeout, Abort& abort) {
  const auto addresses = addressesOf(host);
  if (!addresses.ok()) return addresses.error();
  const timeval limit{timeout.count() / 1000, timeout.count() % 1000 * 1000};
  int error = 0;
  for (const auto& address : *addresses) {
    const int fd = connectTo({address, port}, limit, abort);
    if (fd >= 0) return Poco::Net::StreamSocket(new Poco::Net::StreamSocketImpl(fd));
    error = -fd;
  }
  return Error{Code::Unavailable, host + ": " + std::strerror(error)};
}

}  // namespace sse::jwt
