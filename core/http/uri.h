#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sse/result.h"

namespace sse::http {

/// `text` with its percent escapes decoded; an escape that is not '%' and two hexadecimal digits is an error.
[[nodiscard]] Result<std::string> percentDecode(std::string_view text);

/// The same, with '+' as a space: for names and values of a query.
[[nodiscard]] Result<std::string> queryDecode(std::string_view text);

/// Whether `name` (decoded) may name a channel or a client: 1 to 256 bytes of UTF-8 without control characters.
[[nodiscard]] Result<void> checkName(std::string_view name);

/// A path segment as the name of a channel or a client: percentDecode, then checkName. "a%2Fb" is the name "a/b".
[[nodiscard]] Result<std::string> decodeName(std::string_view segment);

/// Calls `each(name, value)` for every parameter of a query, in order, both as they stand (not decoded). A parameter
/// without '=' has an empty value; empty ones ("a&&b") are passed over.
template <typename Each>
void forEachParam(std::string_view query, Each each) {
  while (!query.empty()) {
    const auto one = query.substr(0, query.find('&'));
    query.remove_prefix(one.size() < query.size() ? one.size() + 1 : one.size());
    if (one.empty()) continue;
    const auto equals = one.find('=');
    each(one.substr(0, equals), equals == std::string_view::npos ? std::string_view() : one.substr(equals + 1));
  }
}

/// The decoded values of every parameter called `name`, in order. A bad escape in one of them, or in any name, is an
/// error.
[[nodiscard]] Result<std::vector<std::string>> params(std::string_view query, std::string_view name);

/// The first of `params`, none when there is none.
[[nodiscard]] Result<std::optional<std::string>> param(std::string_view query, std::string_view name);

}  // namespace sse::http
