#include "sse/conformance/watched_loop.h"

#include <utility>

#include "sse/conformance/report.h"
#include "sse/conformance/stopwatch.h"

namespace sse::conformance {

/// A registration that is counted until it ends, or its timer has fired.
struct WatchedLoop::Held {
  explicit Held(Count counted) : count(std::move(counted)) { ++*count; }
  ~Held() { end(); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  void end() {
    if (const auto ending = std::exchange(count, nullptr)) --*ending;
  }
  Count count;
  Registration inner;
};

Registration WatchedLoop::after(Duration delay, std::function<void()> call) {
  ++calls_;
  auto held = std::make_shared<Held>(timers_);
  held->inner = loop_.after(delay, [this, weak = std::weak_ptr<Held>(held), call = std::move(call)] {
    if (const auto fired = weak.lock()) fired->end();
    guardCallback("a timer's callback", call);
  });
  return Registration(std::move(held));
}

Registration WatchedLoop::watch(int fd, std::uint32_t interest, std::function<void(std::uint32_t)> call) {
  ++calls_;
  auto held = std::make_shared<Held>(watches_);
  held->inner = loop_.watch(fd, interest, [this, call = std::move(call)](std::uint32_t ready) {
    guardCallback("a descriptor's callback", [&] { call(ready); });
  });
  return Registration(std::move(held));
}

void WatchedLoop::post(std::function<void()> call) {
  ++calls_;
  loop_.post(
      [this, call = std::move(call)] { guardCallback("a posted call, a message's handler or done-work", call); });
}

bool WatchedLoop::guard(const std::string& what, Duration limit, const std::function<void()>& call) {
  const Stopwatch watch;
  const auto thrown = thrownBy(call);
  const auto passed = watch.passed();
  if (!thrown.empty()) {
    faults_.push_back("expected no exception from " + what + ", found " + thrown + "; catch it inside the plugin");
  }
  if (passed > limit) {
    faults_.push_back("expected " + what + " to return within " + std::to_string(limit.count()) +
                      " ms, found one that took longer; hand what blocks to Host::offload, and split what is long");
  }
  return thrown.empty();
}

void WatchedLoop::guardCallback(const char* what, const std::function<void()>& call) {
  guard(what, slowestCall(), call);
}

std::vector<std::string> WatchedLoop::takeFaults() { return std::exchange(faults_, {}); }

}  // namespace sse::conformance
