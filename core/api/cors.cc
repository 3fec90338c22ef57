#include "api/cors.h"

#include <algorithm>

namespace sse::api {
namespace {

/// `https://host:8443` → `host:8443`.
std::string_view authority(std::string_view origin) {
  const auto scheme = origin.find("://");
  return scheme == std::string_view::npos ? origin : origin.substr(scheme + 3);
}

bool madeOf(std::string_view text, std::string_view others) {
  return !text.empty() && std::ranges::all_of(text, [others](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
  });
}

bool isPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 && text.front() != '0' &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// `host[:port]`, where an address of version 6 stands in brackets.
bool isAuthority(std::string_view text, std::string_view own_port) {
  const bool bracketed = text.starts_with('[');
  const auto end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && end == std::string_view::npos) return false;
  const auto host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  const auto rest = bracketed ? text.substr(end + 1) : text.substr(host.size());
  if (!madeOf(host, bracketed ? ":." : "-._")) return false;
  return rest.empty() || (rest.front() == ':' && isPort(rest.substr(1)) && rest.substr(1) != own_port);
}

bool isOrigin(std::string_view text) {
  const auto end = text.find("://");
  if (end == std::string_view::npos) return false;
  const auto scheme = text.substr(0, end);
  return madeOf(scheme, "+-.") && isAuthority(authority(text), scheme == "https"  ? "443"
                                                               : scheme == "http" ? "80"
                                                                                  : "");
}

}  // namespace

std::vector<std::string> wrongOrigins(const std::vector<std::string>& origins) {
  std::vector<std::string> problems;
  for (const auto& origin : origins) {
    if (isOrigin(origin)) continue;
    std::string problem =
        "http.cors.origins: expected origins as browsers send them, scheme://host[:port] in lower case"
        " without a path, got \"" +
        origin + "\"";
    if (origin == "*") problem += "; no list at all lets the pages of every origin read";
    problems.push_back(std::move(problem));
  }
  return problems;
}

bool Cors::listed(std::string_view origin) const { return std::ranges::find(origins, origin) != origins.end(); }

bool Cors::allows(std::string_view origin) const { return enabled && (origins.empty() || listed(origin)); }

bool Cors::foreign(const http::Head& head) const {
  const auto origin = head.header("Origin");
  if (enabled && listed(origin)) return false;
  if (!origin.empty() && !http::sameWithoutCase(authority(origin), head.header("Host"))) return true;
  return http::sameWithoutCase(head.header("Sec-Fetch-Site"), "cross-site");
}

std::string Cors::lines(const http::Head& head) const {
  if (!enabled) return {};
  const auto origin = head.header("Origin");
  if (origins.empty()) return origin.empty() ? "" : "Access-Control-Allow-Origin: *\r\n";
  std::string out = "Vary: Origin\r\n";
  if (origin.empty() || !allows(origin)) return out;
  return out + "Access-Control-Allow-Origin: " + std::string(origin) + "\r\nAccess-Control-Allow-Credentials: true\r\n";
}

std::string Cors::preflightLines(const http::Head& head, std::string_view allow) const {
  std::string out = lines(head);
  const auto origin = head.header("Origin");
  if (origin.empty() || !allows(origin) || head.header("Access-Control-Request-Method").empty()) return out;
  return out + "Access-Control-Allow-Methods: " + std::string(allow) +
         "\r\nAccess-Control-Allow-Headers: Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID"
         "\r\nAccess-Control-Max-Age: 86400\r\n";
}

}  // namespace sse::api
