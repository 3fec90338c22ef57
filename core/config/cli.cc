#include "config/cli.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>

#include <boost/program_options.hpp>

#include "config/commands.h"
#include "config/hint.h"
#include "config/value.h"

namespace sse::config {
namespace {

namespace po = boost::program_options;

const Command* findCommand(const std::string& name) {
  const auto found = std::find_if(commands().begin(), commands().end(), [&](const auto& c) { return c.name == name; });
  return found == commands().end() ? nullptr : &*found;
}

Error wrong(const std::string& what) { return {Code::InvalidArgument, "command line: " + what}; }

Error unknownCommand(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& command : commands()) names.emplace_back(command.name);
  const auto best = nearest(name, names);
  return wrong("unknown command " + inQuotes(name) +
               (best.empty() ? "; see sse-cluster --help" : "; did you mean " + best + "?"));
}

Error unknownFlag(const Command& command, const std::string& name) {
  std::vector<std::string> names{"help", "version"};
  for (const auto& flag : command.flags) names.emplace_back(flag.name);
  const auto best = nearest(name, names);
  return wrong(
      "unknown flag --" + name + " for " + command.name +
      (best.empty() ? "; see sse-cluster " + std::string(command.name) + " --help" : "; did you mean --" + best + "?"));
}

po::options_description describeFlags(const Command* command) {
  po::options_description described;
  described.add_options()("help", "")("version", "");
  if (command == nullptr) return described;
  if (command->options) described.add_options()("config", po::value<std::string>(), "");
  for (const auto& flag : command->flags) {
    if (flag.argument == nullptr) {
      described.add_options()(flag.name, "");
    } else {
      described.add_options()(flag.name, po::value<std::string>(), "");
    }
  }
  return described;
}

/// Takes a flag that is not in `described` off the front of `words`, with its value: what stands behind "=", else the
/// next word unless that is a flag, else "true".
std::vector<po::option> takeUnknown(const po::options_description& described, std::vector<std::string>& words) {
  const auto word = words.front();
  const auto equals = std::min(word.find('='), word.size());
  const auto key = word.starts_with("--") ? word.substr(2, equals - 2) : "";
  if (key.empty() || described.find_nothrow(key, false) != nullptr) return {};
  const bool next_is_value = equals == word.size() && words.size() > 1 && !words[1].starts_with("--");
  std::string value = "true";
  if (equals < word.size()) value = word.substr(equals + 1);
  if (next_is_value) value = words[1];
  words.erase(words.begin(), words.begin() + (next_is_value ? 2 : 1));
  return {po::option(key, {value})};
}

/// Puts what Program_options saw into `line`.
Result<void> takeOption(const Command* command, const po::option& option, CommandLine& line) {
  const auto& key = option.string_key;
  const auto value = option.value.empty() ? "true" : option.value.front();
  const bool swallowed_flag = option.original_tokens.size() > 1 && value.starts_with("--");
  if (key.empty()) {
    line.positional.push_back(value);
  } else if (option.unregistered) {
    if (command != nullptr && !command->options) return unknownFlag(*command, key);
    line.flags.emplace_back(key, value);
  } else if (swallowed_flag) {
    return wrong("expected a value behind --" + key + ", got the flag " + value);
  } else if (key == "help") {
    line.help = true;
  } else if (key == "version") {
    line.version = true;
  } else if (key == "config" ? line.config.has_value() : line.command_flags.contains(key)) {
    return wrong("--" + key + " is given twice");
  } else if (key == "config") {
    line.config = value;
  } else {
    line.command_flags.emplace(key, value);
  }
  return {};
}

Result<CommandLine> interpret(const Command* command, const std::vector<std::string>& words) {
  namespace style = po::command_line_style;
  const auto described = describeFlags(command);
  CommandLine line;
  if (command != nullptr) line.command = command->name;
  try {
    const auto parsed = po::command_line_parser(words)
                            .options(described)
                            .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                            .extra_style_parser([&](auto& rest) { return takeUnknown(described, rest); })
                            .allow_unregistered()
                            .run();
    for (const auto& option : parsed.options) {
      const auto taken = takeOption(command, option, line);
      if (!taken) return taken.error();
    }
    return line;
  } catch (const po::error& error) {
    return wrong(error.what());
  }
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 2, width), ' ');
  return text;
}

std::string commandHelp(const Command& command) {
  std::string text =
      "sse-cluster " + std::string(command.name) + " " + command.usage + "\n\n  " + command.summary + "\n";
  if (!command.flags.empty()) text += "\n";
  for (const auto& flag : command.flags) {
    const auto argument = flag.argument == nullptr ? "" : " " + std::string(flag.argument);
    text += padded("  --" + std::string(flag.name) + argument, 26) + flag.help + "\n";
  }
  if (command.options) text += "\nEvery option of `sse-cluster options` is a flag: --http.port 8080.\n";
  return text;
}

}  // namespace

Result<CommandLine> parseCommandLine(const std::vector<std::string>& arguments) {
  auto words = arguments;
  const Command* command = nullptr;
  if (!words.empty() && !words.front().starts_with("--")) {
    command = findCommand(words.front());
    if (command == nullptr) return unknownCommand(words.front());
    words.erase(words.begin());
  }
  const auto terminator = std::find(words.begin(), words.end(), "--");
  std::vector<std::string> rest;
  if (terminator != words.end()) rest.assign(std::next(terminator), words.end());
  words.erase(terminator, words.end());

  auto line = interpret(command, words);
  if (!line) return line;
  line->positional.insert(line->positional.end(), rest.begin(), rest.end());
  if (line->help || line->version) return line;
  const bool empty = line->flags.empty() && line->positional.empty();
  if (command == nullptr) return empty ? line : wrong("expected a command first (start?); see sse-cluster --help");
  if (line->positional.size() < command->least || line->positional.size() > command->most) {
    return wrong("expected sse-cluster " + std::string(command->name) + " " + command->usage + ", got " +
                 std::to_string(line->positional.size()) + " arguments that are no flags");
  }
  return line;
}

std::string helpText(const std::string& command) {
  if (const auto* found = findCommand(command)) return commandHelp(*found);
  std::string text = "sse-cluster: a scalable Server-Sent Events broker\n\n";
  for (const auto& each : commands()) {
    text += "  sse-cluster " + std::string(each.name) + " " + each.usage + "\n      " + each.summary + "\n";
  }
  text += "  sse-cluster --version | --help\n\n";
  text +=
      "Every option of `sse-cluster options` may be given as a flag (--http.port 8080), as an environment variable\n";
  text += "(HTTP_PORT=8080) or in the file of --config ({\"http\": {\"port\": 8080}}), the strongest first.\n";
  text += "Exit status: 0 after a clean stop, 78 for wrong configuration, 1 for what the system refuses.\n";
  return text;
}

}  // namespace sse::config
