#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/registry.h"
#include "config/values.h"

namespace sse::config {

/// Where configuration comes from, the strongest last.
struct Input {
  std::optional<std::string> file;       ///< JSON; objects in one another and dotted keys alike
  std::optional<std::string> file_text;  ///< what is in it, where it has been read already
  /// A variable's value, nullptr where it is not set; empty function: no environment. An empty value counts as not set.
  std::function<const char*(const char* name)> environment;
  std::vector<std::pair<std::string, std::string>> flags;  ///< key without dashes, text
};

/// What is done about keys and flags that no table has.
enum class Unknown : std::uint8_t {
  Error,
  Ignore,  ///< while the tables of plugins are still missing
};

/// What `load` found.
struct Loaded {
  Values values;                    ///< complete: of the next weaker source or the default where one was wrong
  std::vector<std::string> errors;  ///< all of them, one line each; empty: good
};

/// Reads all sources and checks every value that counts, and every value of the file. Reads the files that `…_file`
/// twins name: their content, without the line break at its end, is the secret's value. [any]
Loaded load(const Registry& registry, const Input& input, Unknown unknown);

}  // namespace sse::config
