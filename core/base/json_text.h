#pragma once

#include <string>
#include <string_view>

namespace sse::base {

/// Appends `text` as a JSON string, quotes included. Control characters (also DEL), quotes and backslashes are escaped;
/// each byte that is no UTF-8 becomes U+FFFD; other characters stay as they are. [any]
void appendJsonString(std::string& out, std::string_view text);

}  // namespace sse::base
