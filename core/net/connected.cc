#include "net/connected.h"

#include <sys/socket.h>

namespace sse::net {

ssize_t Connected::receive(std::span<char> into) {
  if (tls) return tls->receive(into);
  return ::recv(fd.get(), into.data(), into.size(), 0);
}

ssize_t Connected::send(std::span<const iovec> parts) {
  if (tls) return tls->send(parts);
  if (parts.size() == 1) return ::send(fd.get(), parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL);
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  return ::sendmsg(fd.get(), &message, MSG_NOSIGNAL);
}

ssize_t Connected::send(std::string_view bytes) {
  const iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  return send(std::span<const iovec>(&part, 1));
}

}  // namespace sse::net
