#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cluster/cluster_view.h"
#include "sse/host.h"

namespace sse::api {

/// A plugin's line.
struct PluginRow {
  std::string kind;
  std::string name;
  std::string version;
  std::string state;
  std::string reason;  ///< empty: none
};

/// Something to look at.
struct WarningRow {
  std::string id;
  std::string text;
  std::string about;
  std::uint64_t count = 0;
  std::int64_t seconds_ago = 0;
};

/// What the status tells besides channels.
struct StatusFacts {
  const NodeInfo* info = nullptr;
  std::shared_ptr<const cluster::ClusterView> view;
  std::vector<PluginRow> plugins;
  std::vector<WarningRow> warnings;
  bool ready = false;
  std::int64_t uptime_s = 0;
  std::uint64_t published = 0;
  std::uint64_t delivered = 0;
};

/// The status document without its channels, as JSON text. [any]
std::string statusJson(const StatusFacts& facts);

}  // namespace sse::api
