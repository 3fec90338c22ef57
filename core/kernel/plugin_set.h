#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/plugin_catalogue.h"
#include "kernel/plugin_instance.h"
#include "sse/log.h"
#include "sse/loop.h"

namespace sse::kernel {

/// Which plugins a node runs, by name.
struct PluginChoice {
  std::vector<std::string> discovery;
  std::vector<std::string> transport;
  std::vector<std::string> auth;
};

/// All plugins of a node: all of them or none. The steps are `open` → `configure` → `start`, each for all plugins in
/// the order auth, transport, discovery; a step that fails returns every problem it found, undoes what was done in
/// reverse and leaves the set empty. Made by main, which outlives it with all that hosts refer to. [control]
class PluginSet {
 public:
  using Problems = std::vector<std::string>;
  using MakeHost = std::function<std::unique_ptr<Host>(Kind kind, const std::string& owner)>;
  /// The settings of the plugin "<kind>/<name>" as JSON text.
  using Settings = std::function<std::string(std::string_view owner)>;
  /// Called on another thread when a plugin does not return from `stop`: ends the process with status 1, as nothing can
  /// be stopped any more.
  using OnHang = std::function<void(std::string_view owner)>;
  static constexpr Duration kStopLimit = std::chrono::seconds(5);

  PluginSet(Logger& log, OnHang on_hang, Duration stop_limit = kStopLimit);
  /// Stops what runs.
  ~PluginSet();
  PluginSet(const PluginSet&) = delete;
  PluginSet& operator=(const PluginSet&) = delete;

  /// Opens and checks all. Runs no code of a plugin but static initialisers.
  Problems open(const PluginCatalogue& catalogue, const PluginChoice& choice);
  /// Creates all, then configures all.
  Problems configure(const MakeHost& make_host, const Settings& settings);
  /// Starts all; the first failure ends it.
  Problems start();

  void drain();
  /// Stops transports, then discovery, then auth within the limit, frees them and leaves the set empty. What they throw
  /// is logged.
  void stop();
  /// What each that runs would refuse of its settings, and of the files they name: they are tried on another instance.
  Problems rehearse(const MakeHost& make_host, const Settings& settings);
  /// Hands its settings to each. Where one refuses them all the same, those before it get their present ones again.
  Problems reload(const Settings& next, const Settings& present);

  /// Marks a plugin that has thrown as failed, which it stays, and logs it the first time. Others are ignored.
  void fail(std::string_view owner, std::string_view what);
  /// Ready where all plugins are; else the reason of the first that is not.
  [[nodiscard]] Readiness readiness() const;
  [[nodiscard]] std::vector<PluginStatus> status() const;

  /// Of all that are opened, in the order of starting: for option tables.
  [[nodiscard]] std::vector<const PluginDescriptor*> descriptors() const;
  /// In the order of the option; valid until `stop`.
  [[nodiscard]] std::vector<Auth*> auths() const;
  [[nodiscard]] std::vector<Transport*> transports() const;

 private:
  void openKind(const PluginCatalogue& catalogue, Kind kind, const std::vector<std::string>& names, Problems& problems);
  void note(PluginInstance& plugin, const Result<void>& result);

  Logger& log_;
  const OnHang on_hang_;
  const Duration stop_limit_;
  std::vector<std::unique_ptr<PluginInstance>> plugins_;  ///< in the order of starting
};

}  // namespace sse::kernel
