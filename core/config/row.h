#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sse/option.h"

namespace sse::config {

/// One option as the node knows it: an sse::Option with its lists split and its environment variables derived. Owns
/// its texts, so it outlives the library the table came from. Immutable once it is in a Registry. [any]
struct Row {
  std::string owner;  ///< the component whose table it is from
  std::string key;
  OptionType type = OptionType::String;
  std::optional<std::string> default_text;
  std::string help;
  std::vector<std::string> aliases;    ///< other keys
  std::vector<std::string> variables;  ///< of the environment; the first is the key's own
  std::vector<std::string> choices;    ///< empty: any
  std::int64_t min = 0;
  std::int64_t max = 0;
  bool secret = false;
  bool reload = false;
  std::string file_of;  ///< the secret's key, where this row is its `_file` twin; else empty
};

/// The word of a type as `options --format json` prints it.
std::string_view typeName(OptionType type);

/// The environment variable of a key: upper case, dots and dashes to underscores.
std::string variableName(std::string_view key);

/// The items of a comma-separated text, without white space around them and without empty ones.
std::vector<std::string> splitList(std::string_view text);

/// The row of one option of a table. Null texts count as empty. Checks nothing.
Row makeRow(std::string_view owner, const Option& option);

/// The twin `<key>_file` of a secret.
Row fileTwin(const Row& secret);

}  // namespace sse::config
