#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "sse/build_id.h"

namespace sse {

using Duration = std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// Something taken from the host that ends with this object: a timer, a watch, a subscription. Movable, not copyable.
class [[nodiscard]] Registration {
 public:
  Registration() = default;
  explicit Registration(std::shared_ptr<void> token) : token_(std::move(token)) {}
  Registration(Registration&&) = default;
  Registration& operator=(Registration&&) = default;

  /// Ends it now; safe to call from within the very callback, and twice.
  void cancel() { token_.reset(); }
  [[nodiscard]] bool active() const { return token_ != nullptr; }

 private:
  std::shared_ptr<void> token_;
};

/// What to wait for on a descriptor, or what has come; a set of bits.
enum Interest : std::uint32_t { kReadable = 1, kWritable = 2 };

/// The control thread's event loop, for plugins. Level-triggered. Callbacks run on the control thread and do not block.
class SSE_PUBLIC Loop {
 public:
  virtual ~Loop() = default;

  /// Calls `call` once, not before `delay` has passed. [control]
  virtual Registration after(Duration delay, std::function<void()> call) = 0;

  /// Calls `call` whenever `fd` is ready for one of `interest` or is broken (told as both). The descriptor stays the
  /// caller's; cancel before closing it. Watching a watched fd again replaces its interest and callback. [control]
  virtual Registration watch(int fd, std::uint32_t interest, std::function<void(std::uint32_t ready)> call) = 0;

  /// Runs `call` on the control thread soon, in the order of posting. [any]
  virtual void post(std::function<void()> call) = 0;

  /// The time of this turn, monotonic. [control]
  [[nodiscard]] virtual Clock::time_point now() const = 0;
};

}  // namespace sse
