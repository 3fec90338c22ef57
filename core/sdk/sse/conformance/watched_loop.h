#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sse/loop.h"

namespace sse::conformance {

/// A loop as one plugin under test sees it: counts what is registered, ends what callbacks throw, measures how long
/// they take. Owned by the instance's host, outlives the plugin; threads as of `sse::Loop`.
class WatchedLoop final : public Loop {
 public:
  explicit WatchedLoop(Loop& loop) : loop_(loop) {}

  Registration after(Duration delay, std::function<void()> call) override;
  Registration watch(int fd, std::uint32_t interest, std::function<void(std::uint32_t)> call) override;
  void post(std::function<void()> call) override;
  [[nodiscard]] Clock::time_point now() const override { return loop_.now(); }

  /// Timers that run and watches that are held. [control]
  [[nodiscard]] std::int64_t timers() const { return *timers_; }
  [[nodiscard]] std::int64_t watches() const { return *watches_; }

  /// Calls of this loop's methods, ever. [any]
  [[nodiscard]] std::uint64_t calls() const { return calls_; }

  /// Runs `call` as callbacks are run: what it throws, or that it takes longer than `limit`, is a fault, in which
  /// `what` names it. Returns whether nothing was thrown. [control]
  bool guard(const std::string& what, Duration limit, const std::function<void()>& call);

  /// What went wrong since the last time, each as `expected …, found …; what to do`. [control]
  std::vector<std::string> takeFaults();

 private:
  using Count = std::shared_ptr<std::atomic<std::int64_t>>;
  struct Held;

  void guardCallback(const char* what, const std::function<void()>& call);

  Loop& loop_;
  Count timers_ = std::make_shared<std::atomic<std::int64_t>>(0);
  Count watches_ = std::make_shared<std::atomic<std::int64_t>>(0);
  std::atomic<std::uint64_t> calls_{0};
  std::vector<std::string> faults_;
};

}  // namespace sse::conformance
