#include "auth/jwt/credentials.h"

#include <algorithm>

namespace sse::jwt {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view bearer(std::string_view header) {
  constexpr std::string_view kScheme = "bearer ";
  if (header.size() < kScheme.size()) return {};
  if (!std::equal(kScheme.begin(), kScheme.end(), header.begin(), [](char a, char b) { return a == lower(b); })) {
    return {};
  }
  return trimmed(header.substr(kScheme.size()));
}

std::string_view cookieNamed(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const auto end = std::min(header.find(';'), header.size());
    const auto pair = trimmed(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
  }
  return {};
}

}  // namespace

std::optional<std::string_view> tokenOf(const AuthRequest& request, std::string_view cookie) {
  const auto token = !request.authorization.empty()  ? bearer(request.authorization)
                     : !request.access_token.empty() ? request.access_token
                                                     : cookieNamed(request.cookie, cookie);
  if (token.find('.') == std::string_view::npos) return std::nullopt;
  return token;
}

}  // namespace sse::jwt
