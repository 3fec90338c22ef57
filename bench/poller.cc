#include "bench/poller.h"

#include <cerrno>
#include <system_error>
#include <unistd.h>

#include "bench/sockets.h"

namespace sse::bench {

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)), events_() {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

Poller::~Poller() { close(epoll_); }

void Poller::add(int fd, uint32_t events, Watcher& watcher) const {
  epoll_event event{};
  event.events = events | EPOLLET;
  event.data.ptr = &watcher;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

void Poller::remove(int fd) const { epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr); }

int Poller::turn(int timeout_ms) {
  const int count = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), timeout_ms);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[static_cast<size_t>(i)];
    static_cast<Watcher*>(event.data.ptr)->ready(event.events);
  }
  return count;
}

bool Poller::until(const std::function<bool()>& done, const std::function<uint64_t()>& progress, int patience_ms) {
  uint64_t last = progress();
  int64_t since = nowNs();
  while (!done()) {
    turn(50);
    const uint64_t now = progress();
    const int64_t time = nowNs();
    if (now != last) {
      last = now;
      since = time;
    } else if (time - since > int64_t{patience_ms} * 1'000'000) {
      return false;
    }
  }
  return true;
}

}  // namespace sse::bench
