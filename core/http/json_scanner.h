#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sse/result.h"

namespace sse::http {

/// Nesting beyond this is refused; the outermost object or array is depth 1.
inline constexpr std::size_t kMaxJsonDepth = 64;

/// Whether `text` is one JSON value (RFC 8259) in UTF-8, white space around it allowed and nothing else: numbers of any
/// size, no byte order mark, at most kMaxJsonDepth deep.
[[nodiscard]] bool validJson(std::string_view text);

/// The body of a publish, taken apart. Views point into the scanned text.
struct PublishBody {
  std::optional<std::string_view> data;  ///< exactly as it stood, without the white space around it
  std::optional<std::string> id;
  std::optional<std::string> event;
  std::optional<std::string> channel;
  std::optional<std::uint64_t> retry_ms;  ///< at most 2^53
  bool has_been_to = false;
  std::string_view been_to_span;  ///< the JSON value, whatever it is; empty without one
};

/// Checks all of `json` and finds the members of a publish: an object with `data` or `retry` or both; `id`, `event` and
/// `channel` strings, `retry` a whole number. null counts as absent for all but `data`. A known member twice (however
/// its name is escaped) is an error, also a lone surrogate in a string that is needed; other members are checked and
/// left. What `id`, `event` and `channel` say is not judged here. The error's text is for the publisher.
[[nodiscard]] Result<PublishBody> scanPublish(std::string_view json);

}  // namespace sse::http
