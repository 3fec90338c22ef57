#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sse/conformance/fake_host.h"
#include "sse/conformance/poll_loop.h"
#include "sse/conformance/report.h"
#include "sse/conformance/subject.h"
#include "sse/conformance/watched_loop.h"
#include "sse/conformance/worker.h"
#include "sse/plugin.h"

namespace sse::conformance {

/// One instance of the plugin under test with a node of its own: loop, worker, host. Lives in one check, to which go
/// what its methods and callbacks throw and where they take too long. The thread that makes it is its control thread.
/// The loop runs only in `turn`: an instance that nobody turns is a process that stands still.
class Instance {
 public:
  /// Makes the instance; where that fails the check knows why, and `made` is false.
  Instance(Check& check, const Subject& subject, const std::string& name = "self");
  /// Stops it if it runs, frees it and lets its loop run out.
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  [[nodiscard]] bool made() const { return plugin_ != nullptr; }
  [[nodiscard]] bool running() const { return running_; }

  /// With the subject's values, which must be taken. Returns whether they were.
  bool configure();
  /// With this JSON; the plugin's own answer. A throw is a failure of the check and an Internal error here.
  Result<void> configure(const std::string& settings_json);
  /// Must succeed. Returns whether it did.
  bool start();
  /// Configures and starts. Returns whether both succeeded.
  bool run() { return made() && configure() && start(); }
  void drain();
  void stop();

  /// Calls the plugin as the node would: guarded and measured. `what` names the call. Returns false where it threw.
  bool call(const std::string& what, const std::function<void()>& body);

  /// One turn of the loop, then its faults go to the check.
  void turn(int wait_ms = 1);
  /// Turns until `done` says so; false where `limit` of real time passed before.
  bool runUntil(const std::function<bool()>& done, Duration limit = Duration(10'000));
  /// Lets this much time pass on the loop's clock, in steps, with a turn after each.
  void pass(Duration time, Duration step);

  /// What is registered or under way at the host.
  struct Held {
    std::int64_t timers = 0;
    std::int64_t watches = 0;
    std::int64_t subscriptions = 0;
    std::int64_t offloaded = 0;
    bool operator==(const Held&) const = default;
  };
  [[nodiscard]] Held held() const;
  /// Calls of the host that begin something or tell somebody, ever.
  [[nodiscard]] std::uint64_t activity() const;

  [[nodiscard]] Plugin& plugin() { return *plugin_; }
  /// The plugin as its kind; the descriptor check saw to it that it is one.
  template <typename Interface>
  [[nodiscard]] Interface& as() {
    return dynamic_cast<Interface&>(*plugin_);
  }
  FakeHost& host() { return host_; }
  PollLoop& loop() { return loop_; }
  Check& check() { return check_; }

 private:
  void create();
  void takeFaults();

  Check& check_;
  const Subject& subject_;
  PollLoop loop_;
  WatchedLoop watched_{loop_};
  Worker worker_{watched_};
  FakeHost host_;
  Plugin* plugin_ = nullptr;
  bool running_ = false;
};

/// The values of a subject as JSON for one instance; the check knows where that fails, and the text is empty. [any]
std::string settingsOf(Check& check, const Subject& subject);

}  // namespace sse::conformance
