#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "sse/build_id.h"
#include "sse/bus.h"
#include "sse/journal.h"
#include "sse/log.h"
#include "sse/loop.h"
#include "sse/metrics.h"
#include "sse/result.h"
#include "sse/tls.h"

namespace sse {

/// Facts of the running node that plugins need and cannot change.
struct NodeInfo {
  std::string name;  ///< unique in the cluster
  Tag tag{};         ///< this process
  std::string version;
  std::uint16_t http_port = 0;  ///< as bound; 0 before the node listens
  bool http_tls = false;        ///< whether the HTTP port spoke TLS when the node started
  std::string cluster_secret;   ///< empty: none; never logged
  bool guarded = false;         ///< auth lets nobody in without credentials: `open` is none of its plugins
};

/// What the kernel gives to one plugin: enough that it needs no thread of its own. Owned by the kernel, outlives the
/// plugin.
class SSE_PUBLIC Host {
 public:
  virtual ~Host() = default;

  virtual Bus& bus() = 0;                                  ///< [any]
  virtual Loop& loop() = 0;                                ///< the control thread's. [any]
  virtual Logger& log() = 0;                               ///< lines carry the plugin's kind and name. [any]
  virtual Metrics& metrics() = 0;                          ///< [any]
  virtual Journal& journal() = 0;                          ///< [any]
  [[nodiscard]] virtual const NodeInfo& node() const = 0;  ///< [any]

  /// Runs `work` on a worker thread, then `done` on the control thread. Both may run after the plugin has stopped:
  /// capture a weak reference. Where the host has no room for more calls `work` is left out and `done` runs all the
  /// same, so what `work` sets has to say "not done, try again later" until then. [control]
  virtual void offload(std::function<void()> work, std::function<void()> done) = 0;

  /// The client's side of TLS, so that no plugin needs a TLS library of its own. Reads the files now.
  /// Code::InvalidArgument names option and file; Code::Unsupported in a host without TLS. [any]
  virtual Result<std::shared_ptr<const TlsClient>> tlsClient(const TlsClientSettings& settings) {
    return Error{Code::Unsupported, settings.options + ": this host offers no TLS"};
  }
};

}  // namespace sse
