#pragma once

#include <map>
#include <string>

#include "sse/descriptor.h"
#include "sse/result.h"

namespace sse::conformance {

/// Values of options by key, as on a command line. `{port}` in a value becomes a free port, another one for each
/// instance.
using Values = std::map<std::string, std::string>;

/// The plugin under test. A value; the descriptor outlives it.
struct Subject {
  const PluginDescriptor* descriptor = nullptr;
  Values values;     ///< the others have their defaults
  std::string file;  ///< name of the library; empty: none
};

/// Opens a library for good and finds its descriptor, reading nothing of it. The error is in the linker's words. [any]
Result<const PluginDescriptor*> openPlugin(const std::string& file);

}  // namespace sse::conformance
