#pragma once

#include <mutex>
#include <sys/socket.h>

namespace sse::jwt {

/// Ends the fetch that holds a socket here, from another thread: what blocks on the socket returns at once. Shared by
/// who fetches and who may want it to end. [any]
class Abort {
 public:
  /// From now on the socket that is held, and every later one, is of no use.
  void now() {
    const std::lock_guard lock(mutex_);
    asked_ = true;
    if (fd_ >= 0) ::shutdown(fd_, SHUT_RDWR);
  }

  /// Holds `fd` until `release`, before it is connected; false where the end was asked for.
  bool hold(int fd) {
    const std::lock_guard lock(mutex_);
    fd_ = fd;
    return !asked_;
  }

  /// Before `fd` is closed.
  void release() {
    const std::lock_guard lock(mutex_);
    fd_ = -1;
  }

 private:
  std::mutex mutex_;
  int fd_ = -1;
  bool asked_ = false;
};

}  // namespace sse::jwt
