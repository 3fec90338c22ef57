#include "kernel/guarded_loop.h"

#include <exception>

namespace sse::kernel {

std::string thrownBy(const std::function<void()>& call) {
  try {
    call();
    return {};
  } catch (const std::exception& error) {
    return std::string("a callback has thrown: ") + error.what();
  } catch (...) {
    return "a callback has thrown something that is no std::exception";
  }
}

void runGuarded(const OnThrow& on_throw, const std::function<void()>& call) {
  if (const auto what = thrownBy(call); !what.empty()) on_throw(what);
}

std::function<void()> GuardedLoop::guard(std::function<void()> call) const {
  return [on_throw = on_throw_, call = std::move(call)] { runGuarded(*on_throw, call); };
}

Registration GuardedLoop::after(Duration delay, std::function<void()> call) {
  return loop_.after(delay, guard(std::move(call)));
}

Registration GuardedLoop::watch(int fd, std::uint32_t interest, std::function<void(std::uint32_t)> call) {
  return loop_.watch(fd, interest, [on_throw = on_throw_, call = std::move(call)](std::uint32_t ready) {
    runGuarded(*on_throw, [&call, ready] { call(ready); });
  });
}

void GuardedLoop::post(std::function<void()> call) { loop_.post(guard(std::move(call))); }

}  // namespace sse::kernel
