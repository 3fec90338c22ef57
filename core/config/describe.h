#pragma once

#include <string>

#include "config/registry.h"

namespace sse::config {

/// What `sse-cluster options` prints. All of them derive from the rows alone and end with a line break. [any]

/// For people at a terminal.
std::string describeText(const Registry& registry);

/// An array of {"key", "type", "default", "env", "aliases", "help", "secret", "reload", "owner"}; defaults as they
/// would be written in a file, null where there is none.
std::string describeJson(const Registry& registry);

/// The page docs/options.md.
std::string describeMarkdown(const Registry& registry);

/// A JSON Schema (2020-12) of configuration files, in the form with objects in one another.
std::string describeSchema(const Registry& registry);

}  // namespace sse::config
