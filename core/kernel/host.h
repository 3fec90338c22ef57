#pragma once

#include <functional>
#include <memory>

#include "kernel/guarded_loop.h"
#include "sse/host.h"

namespace sse::kernel {

/// The host of one plugin, from parts that outlive it. Whatever the plugin's callbacks throw ends here and goes to
/// `failed`. Owned by the plugin's instance.
class PluginHost final : public Host {
 public:
  struct Parts {
    std::unique_ptr<Bus> bus;     ///< carries the plugin's owner
    std::unique_ptr<Logger> log;  ///< carries the plugin's owner
    Loop& loop;
    Metrics& metrics;
    Journal& journal;
    const NodeInfo& node;
    /// base::WorkerPool::offload; false where too much waits.
    std::function<bool(std::function<void()> work, std::function<void()> done)> offload;
    OnThrow failed;
  };

  explicit PluginHost(Parts parts);

  Bus& bus() override { return *parts_.bus; }
  Loop& loop() override { return loop_; }
  Logger& log() override { return *parts_.log; }
  Metrics& metrics() override { return parts_.metrics; }
  Journal& journal() override { return parts_.journal; }
  [[nodiscard]] const NodeInfo& node() const override { return parts_.node; }

  /// Work that throws fails the plugin and is not followed by `done`.
  void offload(std::function<void()> work, std::function<void()> done) override;

  Result<std::shared_ptr<const TlsClient>> tlsClient(const TlsClientSettings& settings) override;

 private:
  Parts parts_;
  GuardedLoop loop_;
};

}  // namespace sse::kernel
