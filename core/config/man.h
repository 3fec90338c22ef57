#pragma once

#include <string>

#include "config/registry.h"

namespace sse::config {

/// The manual page sse-cluster(1) in the man macros of roff: commands, options, exit statuses, signals, files. All of
/// its tables derive from `commands` and the rows. `date` is YYYY-MM-DD. Ends with a line break. [any]
std::string manPage(const Registry& registry, const std::string& version, const std::string& date);

}  // namespace sse::config
