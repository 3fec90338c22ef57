#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "sse/loop.h"

namespace sse::kernel {

/// Called on the control thread with what a plugin's callback has thrown.
using OnThrow = std::function<void(std::string_view what)>;

/// Runs `call`; what it throws goes to `on_throw`. [control]
void runGuarded(const OnThrow& on_throw, const std::function<void()>& call);

/// What `call` throws as text; empty where it returns. [any]
std::string thrownBy(const std::function<void()>& call);

/// The control loop as one plugin sees it: what its callbacks throw ends here. Belongs to the plugin's host; callbacks
/// may outlive it.
class GuardedLoop final : public Loop {
 public:
  GuardedLoop(Loop& loop, OnThrow on_throw)
      : loop_(loop), on_throw_(std::make_shared<const OnThrow>(std::move(on_throw))) {}

  Registration after(Duration delay, std::function<void()> call) override;
  Registration watch(int fd, std::uint32_t interest, std::function<void(std::uint32_t)> call) override;
  void post(std::function<void()> call) override;
  [[nodiscard]] Clock::time_point now() const override { return loop_.now(); }

 private:
  std::function<void()> guard(std::function<void()> call) const;

  Loop& loop_;
  const std::shared_ptr<const OnThrow> on_throw_;
};

}  // namespace sse::kernel
