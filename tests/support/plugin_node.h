#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bus/message_bus.h"
#include "kernel/host.h"
#include "kernel/plugin_set.h"
#include "sse/conformance/fake_journal.h"
#include "sse/conformance/fake_logger.h"
#include "sse/conformance/fake_loop.h"
#include "sse/conformance/fake_metrics.h"
#include "sse/sdk.h"

namespace sse::test {

inline const std::string kZoo = SSE_BINARY_DIR "/zoo";

/// Hands lines on to a logger that outlives it.
class LoggerView final : public Logger {
 public:
  explicit LoggerView(Logger& to) : to_(to) {}
  void write(Level level, std::string_view id, std::string_view text, std::initializer_list<LogField> fields) override {
    to_.write(level, id, text, fields);
  }
  [[nodiscard]] bool enabled(Level level) const override { return to_.enabled(level); }

 private:
  Logger& to_;
};

/// All that a plugin set needs, run by hand: offloaded work runs at once.
struct Node {
  conformance::FakeLoop loop;
  conformance::FakeMetrics metrics;
  conformance::FakeLogger log;
  conformance::FakeJournal journal{conformance::tagOf("node")};
  NodeInfo info;
  std::map<std::string, std::string, std::less<>> settings;
  std::vector<std::string> hung;
  bool offload_full = false;
  kernel::PluginSet plugins{log, [this](std::string_view owner) { hung.emplace_back(owner); }};
  bus::MessageBus bus{loop, metrics, log, [this](auto owner, auto what) { plugins.fail(owner, what); }};

  ~Node() { plugins.stop(); }

  std::unique_ptr<Host> host(const std::string& owner) {
    auto offload = [this](std::function<void()> work, std::function<void()> done) {
      if (offload_full) return false;
      work();
      loop.post(std::move(done));
      return true;
    };
    return std::make_unique<kernel::PluginHost>(
        kernel::PluginHost::Parts{bus.forOwner(owner), std::make_unique<LoggerView>(log), loop, metrics, journal, info,
                                  offload, [this, owner](std::string_view what) { plugins.fail(owner, what); }});
  }

  std::vector<std::string> configure() {
    return plugins.configure([this](Kind, const std::string& owner) { return host(owner); },
                             [this](std::string_view owner) {
                               const auto found = settings.find(owner);
                               return found == settings.end() ? std::string("{}") : found->second;
                             });
  }

  /// Takes the set as far as it goes; the problems of the step that failed.
  std::vector<std::string> run(const kernel::PluginCatalogue& catalogue, const kernel::PluginChoice& choice) {
    auto problems = plugins.open(catalogue, choice);
    if (problems.empty()) problems = configure();
    if (problems.empty()) problems = plugins.start();
    return problems;
  }

  /// The same for one auth plugin from the zoo.
  std::vector<std::string> run(const std::string& animal) {
    return run(kernel::PluginCatalogue({kZoo}, {}), {.discovery = {}, .transport = {}, .auth = {animal}});
  }
};

inline bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace sse::test
