#pragma once

#include "config/registry.h"
#include "kernel/plugin_catalogue.h"

namespace sse::kernel {

/// Adds the tables of all core rooms. [any]
void addCoreTables(config::Registry& registry);

/// Adds the tables of every plugin that can be opened, so that a file may hold options of plugins that are not chosen.
/// Those that cannot be opened are left out: who chooses one is told by the plugin set. [control]
void addPluginTables(config::Registry& registry, const PluginCatalogue& catalogue);

}  // namespace sse::kernel
