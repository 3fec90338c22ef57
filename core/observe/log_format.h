#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sse/log.h"

namespace sse::observe {

/// How a log line is written.
enum class LogFormat : std::uint8_t { Text, Json };

/// One log line before it is written. Fields keep the order they were given in.
struct LogRecord {
  std::chrono::system_clock::time_point time;
  Level level = Level::Info;
  std::string component;
  std::string id;  ///< empty: none
  std::string text;
  std::vector<std::pair<std::string, std::string>> fields;
};

/// The word of a level, as in `log.level`. [any]
std::string_view levelName(Level level);

/// The level of a word that `log.level` allows; aborts on another. [any]
Level levelOf(std::string_view word);

/// `text` with control characters, quotes and backslashes as JSON writes them; bytes that are no UTF-8 become U+FFFD.
/// So nothing from outside can start a line of its own or move a terminal's cursor. [any]
std::string escaped(std::string_view text);

/// `record` as one line without its line end. Text: `TIME LEVEL COMPONENT ID: TEXT KEY=VALUE …`; JSON: an object with
/// time, level, component, id, text and fields. Time is ISO 8601 in UTC with milliseconds. [any]
std::string formatLine(LogFormat format, const LogRecord& record);

}  // namespace sse::observe
