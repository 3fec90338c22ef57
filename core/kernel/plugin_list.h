#pragma once

#include <string>
#include <string_view>

#include "kernel/plugin_catalogue.h"
#include "sse/result.h"

namespace sse::kernel {

/// What `sse-cluster plugins` prints: a line for each plugin that can be loaded, then why others cannot, then the
/// folders. Opens every library. [control]
std::string listPlugins(const PluginCatalogue& catalogue);

/// What `sse-cluster plugins NAME` prints: version, file, summary and options of each plugin called `name` ("open") or
/// of exactly one ("auth/open", "auth-open"). NotFound names those there are. [control]
Result<std::string> describePlugin(const PluginCatalogue& catalogue, std::string_view name);

}  // namespace sse::kernel
