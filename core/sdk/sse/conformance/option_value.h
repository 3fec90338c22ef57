#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sse/conformance/subject.h"
#include "sse/option.h"
#include "sse/result.h"

namespace sse::conformance {

/// The JSON that a plugin gets for an option's text, as the node makes it; else what was expected and found. [any]
Result<std::string> valueAsJson(const Option& option, std::string_view text);

/// The JSON object that `Plugin::configure` gets: `values`, and defaults for the rest. The error names the key. [any]
Result<std::string> settingsJson(std::span<const Option> options, const Values& values);

/// Whether `item` is one of a comma-separated list. [any]
bool listed(std::string_view list, std::string_view item);

}  // namespace sse::conformance
