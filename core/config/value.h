#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "config/row.h"
#include "sse/result.h"

namespace sse::config {

/// Checked values are JSON in the form that plugins get: boolean, integer (also milliseconds and bytes), text, array of
/// texts, or null where there is no value. An empty text and an empty list are no value. All of this is stateless.

/// What a row takes, to stand behind "expected": "a whole number from 0 to 65535".
std::string expectation(const Row& row);

/// Whether the row takes less than its type does: it has choices or a range.
bool isRestricted(const Row& row);

/// The value of a command line's or an environment variable's text; else `expected …, got …`, which never shows a
/// secret.
Result<nlohmann::json> valueFromText(const Row& row, std::string_view text);

/// The value of what a file holds; else as above.
Result<nlohmann::json> valueFromJson(const Row& row, const nlohmann::json& given);

/// A checked value as it would be written in a file: durations and sizes with units.
nlohmann::json asWritten(const Row& row, const nlohmann::json& value);

/// The row's default as it would be written in a file; null where there is none.
nlohmann::json defaultAsWritten(const Row& row);

/// `text` in quotes, escaped and cut to a length fit for a message.
std::string inQuotes(std::string_view text);

}  // namespace sse::config
