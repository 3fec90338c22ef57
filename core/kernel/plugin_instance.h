#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sse/auth.h"
#include "sse/descriptor.h"
#include "sse/discovery.h"
#include "sse/host.h"
#include "sse/plugin.h"
#include "sse/result.h"
#include "sse/transport.h"

namespace sse::kernel {

/// What the status tells of a plugin.
struct PluginStatus {
  Kind kind = Kind::Auth;
  std::string name;
  std::string version;
  std::string state;   ///< opened, created, configured, running, draining, stopped or failed
  std::string reason;  ///< why it failed or is not ready; empty: neither
};

/// One plugin of a set from its descriptor to its end: every call into the plugin goes through here, and what it throws
/// ends here. Owned by PluginSet. [control]
class PluginInstance {
 public:
  PluginInstance(const PluginDescriptor& descriptor, std::string file);
  /// Frees what is left of it.
  ~PluginInstance();
  PluginInstance(const PluginInstance&) = delete;
  PluginInstance& operator=(const PluginInstance&) = delete;

  /// "auth/open".
  [[nodiscard]] const std::string& owner() const { return owner_; }
  [[nodiscard]] const PluginDescriptor& descriptor() const { return descriptor_; }

  /// Makes the instance and checks that it implements its kind's interface.
  Result<void> create();
  /// Hands it its host, which lives as long as it, and its settings.
  Result<void> configure(std::unique_ptr<Host> host, std::string_view settings_json);
  Result<void> start();
  Result<void> drain();
  /// Stops it if it was started. It counts as stopped also where it has thrown.
  Result<void> stop();
  Result<void> reload(std::string_view settings_json);
  /// Configures another instance with them, with a host of its own, and frees it. Only where this one is running.
  Result<void> rehearse(std::unique_ptr<Host> host, std::string_view settings_json) const;
  /// Frees it, then its host.
  Result<void> destroy();

  /// Marks it as failed; false where it was so before.
  bool fail(std::string_view what);
  /// Not ready where it has failed; else what it answers, if it runs. Marks it as failed where that throws.
  [[nodiscard]] Readiness readiness();
  [[nodiscard]] PluginStatus status();

  /// Its interface; nullptr where it is of another kind or not created.
  [[nodiscard]] Auth* auth() const { return dynamic_cast<Auth*>(plugin_); }
  [[nodiscard]] Transport* transport() const { return dynamic_cast<Transport*>(plugin_); }

 private:
  enum class Stage : std::uint8_t { Opened, Created, Configured, Running, Draining, Stopped };

  template <typename Call>
  Result<void> guarded(const char* method, Call call);
  [[nodiscard]] bool implementsKind() const;
  [[nodiscard]] bool started() const { return stage_ == Stage::Running || stage_ == Stage::Draining; }

  const PluginDescriptor& descriptor_;
  const std::string file_;
  const std::string owner_;
  std::unique_ptr<Host> host_;
  Plugin* plugin_ = nullptr;
  Stage stage_ = Stage::Opened;
  bool failed_ = false;
  std::string reason_;
};

}  // namespace sse::kernel
