#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/cli.h"
#include "config/load.h"
#include "kernel/plugin_catalogue.h"
#include "kernel/plugin_set.h"

namespace sse::kernel {

/// Configuration read against the tables of core and plugins.
struct Setup {
  config::Values values;
  std::vector<std::string> errors;  ///< of configuration; empty: good
};

/// Folders of `plugins.path` as file, environment and flags say it. [main]
PluginCatalogue catalogueOf(const config::CommandLine& line);

/// Reads everything. [main]
Setup readSetup(const config::CommandLine& line, const PluginCatalogue& catalogue);

/// The plugins that the values name. [any]
PluginChoice choiceOf(const config::Values& values);

}  // namespace sse::kernel
