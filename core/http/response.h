#pragma once

#include <cstddef>
#include <ctime>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/types.h"

namespace sse::http {

/// "Not Found" for 404; "Unknown" for a status that we never send.
[[nodiscard]] std::string_view reasonPhrase(int status);

/// Appends status line, headers and the empty line. The line says HTTP/1.1 always; `minor` is the request's and decides
/// what Connection says. Empty `date` or `content_type` and no `length` leave their lines out: whoever gives no length
/// says in `extra` how the body ends, or there is none. Line breaks and NUL in values become spaces.
void appendHead(std::string& out, int status, int minor, bool keep_alive, std::string_view date,
                std::string_view content_type, std::optional<std::size_t> length, std::span<const Header> extra = {});

inline constexpr std::string_view kProblemType = "application/problem+json";

/// The body for an error: {"title", "status", "detail"}, of kProblemType.
[[nodiscard]] std::string problemJson(int status, std::string_view detail);

/// As in "Sun, 06 Nov 1994 08:49:37 GMT"; `when` in seconds since 1970, years 0 to 9999.
[[nodiscard]] std::string httpDate(std::time_t when);

}  // namespace sse::http
