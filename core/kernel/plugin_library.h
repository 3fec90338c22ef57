#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sse/descriptor.h"

namespace sse::kernel {

/// What became of looking at one plugin.
struct OpenedPlugin {
  const PluginDescriptor* descriptor = nullptr;  ///< set only where there are no problems; lives as long as the process
  std::string file;                              ///< where it is from; "linked in" where it is part of the executable
  std::vector<std::string> problems;             ///< each names the file, what was expected, found, and what to do
};

/// The word before the name in options, settings and messages: "auth/open". [any]
std::string ownerOf(Kind kind, std::string_view name);

/// Opens one file, all symbols at once and none visible to other libraries, and checks its descriptor as
/// `checkDescriptor` does. Runs the library's static initialisers and no other code of it. It is never unmapped, also
/// where it is refused. [control]
OpenedPlugin openLibrary(const std::string& file, Kind kind, std::string_view name);

/// What keeps the plugin from being used as `kind` and `name`: ABI and size first, and only where these fit everything
/// else. Empty: nothing. [any]
std::vector<std::string> checkDescriptor(const PluginDescriptor& descriptor, const std::string& file, Kind kind,
                                         std::string_view name);

}  // namespace sse::kernel
