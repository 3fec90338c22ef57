#include "net/event_loop.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/check.h"

namespace sse::net {

/// A plugin's or room's watch by callback. Owned by its Registration's token; buried when that ends.
class EventLoop::Watch final : public Pollable {
 public:
  Watch(EventLoop& loop, int fd, std::function<void(std::uint32_t)> call)
      : loop_(loop), fd_(fd), call_(std::move(call)) {}

  void onReady(std::uint32_t ready) override {
    if (ended_) return;
    std::uint32_t what = 0;
    const bool broken = (ready & (EPOLLERR | EPOLLHUP)) != 0;
    if ((ready & EPOLLIN) != 0 || broken) what |= kReadable;
    if ((ready & EPOLLOUT) != 0 || broken) what |= kWritable;
    call_(what);
  }

  /// The newest watch of a descriptor is the one that epoll points to: an older one leaves without a trace.
  static void end(Watch* watch) {
    auto& watches = watch->loop_.watches_;
    if (const auto found = watches.find(watch->fd_); found != watches.end() && found->second == watch) {
      watches.erase(found);
      watch->loop_.remove(watch->fd_);
    }
    watch->ended_ = true;
    watch->loop_.bury(std::shared_ptr<Watch>(watch));
  }

 private:
  EventLoop& loop_;
  int fd_;
  std::function<void(std::uint32_t)> call_;
  bool ended_ = false;
};

EventLoop::EventLoop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  SSE_CHECK(epoll_.valid() && wake_.valid());
  SSE_CHECK(add(wake_.get(), EPOLLIN, nullptr));
}

EventLoop::~EventLoop() {
  posted_.clear();
  dispose();
}

/// What goes may bury others, such as watches that its callbacks held.
void EventLoop::dispose() {
  while (!buried_.empty()) {
    disposed_.swap(buried_);
    disposed_.clear();
  }
}

bool EventLoop::onThread() const {
  const auto owner = thread_.load(std::memory_order_relaxed);
  return owner == std::thread::id() || owner == std::this_thread::get_id();
}

bool EventLoop::add(int fd, std::uint32_t events, Pollable* pollable) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return false;
  const auto index = static_cast<std::size_t>(fd);
  if (index >= targets_.size()) targets_.resize(std::max(index + 1, targets_.size() * 2));
  targets_[index] = pollable;
  return true;
}

void EventLoop::modify(int fd, std::uint32_t events, Pollable* pollable) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  SSE_CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0);
  retarget(fd, pollable);
}

void EventLoop::remove(int fd) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  retarget(fd, nullptr);
}

void EventLoop::run() {
  thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  bool more = false;
  while (!stopping_.load(std::memory_order_acquire)) {
    turn(!more);
    more = false;
    for (const auto& hook : hooks_) more = hook() || more;
    dispose();
  }
  runPosted();
  dispose();
  thread_.store(std::thread::id(), std::memory_order_relaxed);
}

void EventLoop::stop() {
  stopping_.store(true, std::memory_order_release);
  wake();
}

void EventLoop::turn(bool may_sleep) {
  std::array<epoll_event, 512> events;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by the kernel
  const int count =
      ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), may_sleep ? timeout() : 0);
  now_ = Clock::now();
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    if (event.data.fd == wake_.get()) {
      drainWake();
    } else if (Pollable* target = targets_[static_cast<std::size_t>(event.data.fd)]; target != nullptr) {
      target->onReady(event.events);
    }
  }
  runPosted();
  fireTimers();
}

int EventLoop::timeout() const {
  if (deadlines_.empty()) return -1;
  const auto left = std::chrono::ceil<Duration>(deadlines_.top().when - Clock::now());
  return static_cast<int>(std::clamp<Duration::rep>(left.count(), 0, 60'000));
}

void EventLoop::drainWake() {
  std::uint64_t ignored = 0;
  while (::read(wake_.get(), &ignored, sizeof ignored) < 0 && errno == EINTR) {
  }
  wake_pending_.store(false, std::memory_order_seq_cst);
}

void EventLoop::wake() {
  if (wake_pending_.exchange(true, std::memory_order_seq_cst)) return;
  const std::uint64_t one = 1;
  while (::write(wake_.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void EventLoop::post(std::function<void()> call) {
  bool first = false;
  {
    const std::lock_guard lock(posted_mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(call));
  }
  if (first) wake();
}

void EventLoop::runPosted() {
  {
    const std::lock_guard lock(posted_mutex_);
    running_.swap(posted_);
  }
  for (auto& call : running_) call();
  running_.clear();
}

Registration EventLoop::after(Duration delay, std::function<void()> call) {
  SSE_DCHECK(onThread());
  auto timer = std::make_shared<Timer>(Timer{std::move(call)});
  deadlines_.push({Clock::now() + delay, sequence_++, timer});
  return Registration(std::move(timer));
}

void EventLoop::fireTimers() {
  while (!deadlines_.empty()) {
    const auto& next = deadlines_.top();
    if (next.when > now_ && !next.timer.expired()) return;
    const auto timer = next.timer.lock();
    deadlines_.pop();
    if (!timer) continue;
    const auto call = std::move(timer->call);
    call();
  }
}

Registration EventLoop::watch(int fd, std::uint32_t interest, std::function<void(std::uint32_t)> call) {
  SSE_DCHECK(onThread());
  std::uint32_t events = 0;
  if ((interest & kReadable) != 0) events |= EPOLLIN;
  if ((interest & kWritable) != 0) events |= EPOLLOUT;
  auto* watch = new Watch(*this, fd, std::move(call));
  if (watches_.contains(fd)) {
    modify(fd, events, watch);
  } else {
    SSE_CHECK(add(fd, events, watch));
  }
  watches_[fd] = watch;
  return Registration(std::shared_ptr<void>(watch, [](void* token) { Watch::end(static_cast<Watch*>(token)); }));
}

}  // namespace sse::net
