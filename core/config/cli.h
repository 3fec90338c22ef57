#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sse/result.h"

namespace sse::config {

/// What the words of the command line say. Flags that are no command's own are kept for `load` to judge, as the
/// options of plugins are not known yet.
struct CommandLine {
  std::string command;  ///< one of the known commands; empty: none was given
  std::vector<std::string> positional;
  std::vector<std::pair<std::string, std::string>> flags;  ///< options: key without dashes, text; in their order
  std::optional<std::string> config;                       ///< of --config
  bool help = false;
  bool version = false;
  std::map<std::string, std::string> command_flags;  ///< the command's own; "true" for one that takes no value
};

/// Reads `--key value` and `--key=value`; a flag followed by another flag or by nothing is "true"; behind `--` nothing
/// is a flag. `arguments` are those behind the program's name. The error says what is wrong and what to do. [any]
Result<CommandLine> parseCommandLine(const std::vector<std::string>& arguments);

/// What `--help` prints: the commands and global flags, or one command's own page. [any]
std::string helpText(const std::string& command = "");

}  // namespace sse::config
