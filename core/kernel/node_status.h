#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cluster/cluster_view.h"
#include "kernel/plugin_instance.h"
#include "sse/host.h"

namespace sse::kernel {

/// What the status tells besides channels.
struct StatusFacts {
  const NodeInfo* info = nullptr;
  std::shared_ptr<const cluster::ClusterView> view;
  std::vector<PluginStatus> plugins;
  bool ready = false;
  std::int64_t uptime_s = 0;
  std::uint64_t published = 0;
  std::uint64_t delivered = 0;
};

/// The status document without its channels, as JSON text. [any]
std::string statusJson(const StatusFacts& facts);

}  // namespace sse::kernel
