#include "auth/jwt/dial.h"

#include <Poco/Net/StreamSocketImpl.h>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sse::jwt {
namespace {

/// A descriptor that is connected, or a negated errno. `abort` holds it in the first case only.
int connectTo(const addrinfo& address, const timeval& limit, Abort& abort) {
  const int fd = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  // A blocking connect ends by the limit for sending, and at once by shutdown.
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  const bool wanted = abort.hold(fd);
  if (wanted && ::connect(fd, address.ai_addr, address.ai_addrlen) == 0) return fd;
  const int error = !wanted ? ECANCELED : errno == EINPROGRESS ? ETIMEDOUT : errno;
  abort.release();
  ::close(fd);
  return -error;
}

}  // namespace

Result<Poco::Net::StreamSocket> dial(const std::string& host, std::uint16_t port, Duration timeout, Abort& abort) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int outcome = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (outcome != 0) return Error{Code::Unavailable, host + ": " + ::gai_strerror(outcome)};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
  const timeval limit{timeout.count() / 1000, timeout.count() % 1000 * 1000};
  int error = 0;
  for (const auto* address = found; address != nullptr; address = address->ai_next) {
    const int fd = connectTo(*address, limit, abort);
    if (fd >= 0) return Poco::Net::StreamSocket(new Poco::Net::StreamSocketImpl(fd));
    error = -fd;
  }
  return Error{Code::Unavailable, host + ": " + std::strerror(error)};
}

}  // namespace sse::jwt
