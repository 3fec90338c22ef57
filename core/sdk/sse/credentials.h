#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

#include "sse/auth.h"

namespace sse {

/// What stands behind `Bearer` in an Authorization header; empty: it is of another scheme. [any]
inline std::string_view bearerOf(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (!sameWithoutCase(authorization.substr(0, kScheme.size()), kScheme)) return {};
  authorization.remove_prefix(kScheme.size());
  while (!authorization.empty() && authorization.front() == ' ') authorization.remove_prefix(1);
  while (!authorization.empty() && authorization.back() == ' ') authorization.remove_suffix(1);
  return authorization;
}

/// The value of the first cookie called `name` in a Cookie header, without quotes; none where there is no such cookie.
/// [any]
inline std::optional<std::string_view> cookieOf(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const auto end = std::min(header.find(';'), header.size());
    auto pair = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    while (!pair.empty() && (pair.front() == ' ' || pair.front() == '\t')) pair.remove_prefix(1);
    while (!pair.empty() && (pair.back() == ' ' || pair.back() == '\t')) pair.remove_suffix(1);
    if (pair.size() <= name.size() || !pair.starts_with(name) || pair[name.size()] != '=') continue;
    pair.remove_prefix(name.size() + 1);
    const bool quoted = pair.size() >= 2 && pair.front() == '"' && pair.back() == '"';
    return quoted ? pair.substr(1, pair.size() - 2) : pair;
  }
  return std::nullopt;
}

/// The token of a request: by `Authorization: Bearer`, without that header by the query, else by the cookie. Where the
/// header is of another scheme, there is none. [any]
inline std::string_view tokenOf(const AuthRequest& request, std::string_view cookie_name) {
  if (!request.authorization.empty()) return bearerOf(request.authorization);
  if (!request.access_token.empty()) return request.access_token;
  return cookieOf(request.cookie, cookie_name).value_or(std::string_view());
}

}  // namespace sse
