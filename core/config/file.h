#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "sse/result.h"

namespace sse::config {

/// One value of a configuration file.
struct FileEntry {
  std::string path;      ///< keys from the outermost object on, with dots between them
  std::size_t line = 0;  ///< of the innermost key, from 1
  /// A scalar or an array of scalars. An empty object or one where a value belongs is an empty object; whatever is
  /// nested in an array is an empty object or array.
  nlohmann::json value;
};

/// The content of a configuration file.
struct FileContent {
  std::vector<FileEntry> entries;  ///< in the order of the file; what is set twice is here twice
  std::string error;               ///< ":3:7: not JSON: …", to stand behind the file's name; empty: all was read
};

/// Splits JSON text into its values. An object at a path of which `is_value` says that a value belongs there is not
/// entered. Never throws, whatever the text; takes no more stack for a deeper one. [any]
FileContent parseFile(std::string_view text, const std::function<bool(const std::string& path)>& is_value);

/// The bytes of a file of at most 1 MiB; else why they cannot be had, without the file's name. [any]
Result<std::string> readFile(const std::string& name);

}  // namespace sse::config
