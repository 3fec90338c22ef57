#pragma once

#include <string>
#include <string_view>

#include "sse/build_id.h"
#include "sse/result.h"

namespace sse {

class Host;

/// What `Plugin::ready` answers: whether the node may count on the plugin, and why not.
struct Readiness {
  bool ready = true;
  std::string reason;  ///< shown on /readyz and /status when not ready
};

/// A plugin instance. Made by its descriptor's `create`, owned by the kernel, freed only by its descriptor's `destroy`.
/// All methods are called on the control thread in the order configure → start → drain → stop. Nothing thrown may
/// leave a method: what is thrown all the same is caught at the boundary and marks the plugin as failed.
class SSE_PUBLIC Plugin {
 public:
  virtual ~Plugin() = default;
  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  /// Takes its settings: a JSON object that maps each key of the option table ("relay.timeout") to a checked value,
  /// null where there is none. Opens nothing, and changes nothing outside of the instance: it is also called on
  /// instances that are then freed, by `sse-cluster check` and, while another one runs, before a reload. What is wrong
  /// with the settings, and with the files they name, is told here. `host` outlives the plugin; its bus and loop may be
  /// used from `start` on. On failure the text names the key: `relay.timeout: expected …, got …`. [control] [created]
  virtual Result<void> configure(Host& host, std::string_view settings_json) = 0;

  /// Begins work. Messages may arrive before this returns. On failure nothing is left running and `stop` is not called.
  /// [control] [configured]
  virtual Result<void> start() = 0;

  /// The node is leaving: take on no new work, keep what runs until `stop`.
  /// [control] [started]
  virtual void drain() {}

  /// Ends all work and gives back everything taken from the host. Returns within a second.
  /// [control] [started or draining]
  virtual void stop() = 0;

  /// Whether the node may count on the plugin now.
  /// [control] [started]
  [[nodiscard]] virtual Readiness ready() const { return {}; }

  /// Takes changed settings, all of them or, on failure, none. Another instance was configured with them a moment ago,
  /// so only what that could not see is left to fail: then all plugins get their old settings again, by `reload`. Only
  /// options whose row says `reload` differ.
  /// [control] [started]
  virtual Result<void> reload(std::string_view settings_json) {
    (void)settings_json;
    return {};
  }
};

}  // namespace sse
