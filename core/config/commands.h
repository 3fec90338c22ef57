#pragma once

#include <cstddef>
#include <vector>

namespace sse::config {

/// A flag of one command, beside those that are options of the node.
struct CommandFlag {
  const char* name;
  const char* argument;  ///< nullptr: takes none
  const char* help;
};

/// What `sse-cluster NAME` is, for the parser, `--help` and the manual page alike. Constant data. [any]
struct Command {
  const char* name;
  const char* usage;  ///< what follows the name
  const char* summary;
  std::size_t least;  ///< positional arguments
  std::size_t most;
  bool options;  ///< takes --config and the node's options
  std::vector<CommandFlag> flags;
};

/// All of them, in the order in which they are shown.
const std::vector<Command>& commands();

}  // namespace sse::config
