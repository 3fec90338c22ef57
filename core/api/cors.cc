#include "api/cors.h"

#include <algorithm>

namespace sse::api {
namespace {

/// `https://host:8443` → `host:8443`.
std::string_view authority(std::string_view origin) {
  const auto scheme = origin.find("://");
  return scheme == std::string_view::npos ? origin : origin.substr(scheme + 3);
}

}  // namespace

bool Cors::allows(std::string_view origin) const {
  return enabled && (origins.empty() || std::ranges::find(origins, origin) != origins.end());
}

bool Cors::foreign(const http::Head& head) const {
  const auto origin = head.header("Origin");
  if (!origin.empty() && allows(origin)) return false;
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
