#include "sse/conformance/process.h"

#include <dirent.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sse::conformance {
namespace {

/// Without the descriptor that reading the folder itself takes.
std::set<std::string> namesIn(const char* folder) {
  std::set<std::string> names;
  DIR* const opened = ::opendir(folder);
  if (opened == nullptr) return names;
  const auto own = std::to_string(::dirfd(opened));
  while (const auto* entry = ::readdir(opened)) {
    if (entry->d_name[0] != '.' && entry->d_name != own) names.insert(entry->d_name);
  }
  ::closedir(opened);
  return names;
}

}  // namespace

std::set<std::string> openDescriptors() { return namesIn("/proc/self/fd"); }

std::set<std::string> threads() { return namesIn("/proc/self/task"); }

std::size_t heapBytes() {
  if (kSanitized) return 0;
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::uint16_t freePort() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return 0;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  const bool bound = ::bind(fd, any, size) == 0 && ::getsockname(fd, any, &size) == 0;
  ::close(fd);
  return bound ? ntohs(address.sin_port) : 0;
}

}  // namespace sse::conformance
