#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <sys/epoll.h>

namespace sse::bench {

/// Something that owns a socket and wants to be told when it can be read or written.
class Watcher {
 public:
  virtual void ready(uint32_t events) = 0;

 protected:
  ~Watcher() = default;
};

/// One epoll instance, edge-triggered. Watchers must outlive their registration.
class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  void add(int fd, uint32_t events, Watcher& watcher) const;
  void remove(int fd) const;

  /// Waits up to `timeout_ms` and serves what is ready; returns how many were.
  int turn(int timeout_ms);

  /// Turns until `done()`; false once `progress()` has not changed for `patience_ms`.
  bool until(const std::function<bool()>& done, const std::function<uint64_t()>& progress, int patience_ms = 3000);

 private:
  int epoll_;
  std::array<epoll_event, 1024> events_;
};

}  // namespace sse::bench
