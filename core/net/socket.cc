#include "net/socket.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/tcp.h>

#include "base/check.h"

namespace sse::net {
namespace {

Error systemError(const ListenSettings& settings, const char* step) {
  const std::string where = settings.address.empty() ? "*" : settings.address;
  return {Code::System, where + ":" + std::to_string(settings.port) + ": cannot " + step + ": " + std::strerror(errno) +
                            (errno == EADDRINUSE ? "; another process listens there: choose another " +
                                                       std::string(settings.options) + ".port"
                                                 : "")};
}

bool resolveNumeric(const ListenSettings& settings, sockaddr_storage& into, socklen_t& size) {
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&into);
  auto* v4 = reinterpret_cast<sockaddr_in*>(&into);
  if (settings.address.empty() || ::inet_pton(AF_INET6, settings.address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(settings.port);
    size = sizeof *v6;
    return true;
  }
  into = {};
  if (::inet_pton(AF_INET, settings.address.c_str(), &v4->sin_addr) != 1) return false;
  v4->sin_family = AF_INET;
  v4->sin_port = htons(settings.port);
  size = sizeof *v4;
  return true;
}

Error notNumeric(const ListenSettings& settings) {
  return {Code::InvalidArgument,
          std::string(settings.options) + ".address: expected a numeric address, got \"" + settings.address + "\""};
}

void setInt(int fd, int level, int name, int value) { ::setsockopt(fd, level, name, &value, sizeof value); }

}  // namespace

Result<base::Fd> listenOn(const ListenSettings& settings) {
  sockaddr_storage address{};
  socklen_t size = 0;
  if (!resolveNumeric(settings, address, size)) return notNumeric(settings);
  base::Fd fd(::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid() && errno == EAFNOSUPPORT && settings.address.empty()) {
    ListenSettings only_v4 = settings;
    only_v4.address = "0.0.0.0";
    return listenOn(only_v4);
  }
  if (!fd.valid()) return systemError(settings, "open a socket");
  if (address.ss_family == AF_INET6) setInt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, settings.address.empty() ? 0 : 1);
  setInt(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (settings.share) setInt(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  setInt(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  setInt(fd.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, settings.user_timeout_ms);
  if (settings.send_buffer > 0) setInt(fd.get(), SOL_SOCKET, SO_SNDBUF, settings.send_buffer);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) return systemError(settings, "bind");
  if (::listen(fd.get(), 4096) != 0) return systemError(settings, "listen");
  return fd;
}

Result<void> checkAddress(const ListenSettings& settings) {
  sockaddr_storage address{};
  socklen_t size = 0;
  if (!resolveNumeric(settings, address, size)) return notNumeric(settings);
  return {};
}

std::uint16_t localPort(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port
                                             : reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

}  // namespace sse::net
