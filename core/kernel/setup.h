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

/// What file, environment and flags hold now. The file is read here and nowhere else, so it may be a pipe. [main]
config::Input inputOf(const config::CommandLine& line);

/// Folders of `plugins.path` as the input says it. [main]
PluginCatalogue catalogueOf(const config::Input& input);

/// Reads everything. [main]
Setup readSetup(const config::Input& input, const PluginCatalogue& catalogue);

/// The plugins that the values name. [any]
PluginChoice choiceOf(const config::Values& values);

}  // namespace sse::kernel
