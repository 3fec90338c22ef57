#include "sse/conformance/socket_stream.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <sys/socket.h>

namespace sse::conformance {

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
