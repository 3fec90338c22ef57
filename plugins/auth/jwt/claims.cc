#include "auth/jwt/claims.h"

#include <algorithm>
#include <cmath>

#include "auth/jwt/json_object.h"
#include "sse/unix_time.h"

namespace sse::jwt {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kMaxIdentity = 256;

Error wrong(std::string text) { return {Code::Unauthenticated, std::move(text)}; }

/// By name, or by JSON pointer where `path` begins with a slash; nullptr where there is none.
const Json* find(const Json& claims, const std::string& path) {
  if (!path.starts_with('/')) {
    const auto found = claims.find(path);
    return found == claims.end() ? nullptr : &*found;
  }
  try {
    const Json::json_pointer pointer(path);
    return claims.contains(pointer) ? &claims.at(pointer) : nullptr;
  } catch (const Json::exception&) {
    return nullptr;
  }
}

Result<std::optional<Time>> readTime(const Json& claims, const char* name) {
  const auto found = claims.find(name);
  if (found == claims.end()) return std::optional<Time>();
  const double seconds = found->is_number() ? found->get<double>() : std::nan("");
  if (!(seconds >= 0 && seconds <= kLatestUnixTime)) return wrong(std::string(name) + ": expected seconds since 1970");
  return std::optional(fromUnixTime(seconds));
}

bool isFor(const Json& claims, const std::vector<std::string>& audience) {
  if (audience.empty()) return true;
  const auto wanted = [&](const Json& one) {
    return one.is_string() && std::find(audience.begin(), audience.end(), one.get<std::string>()) != audience.end();
  };
  const auto found = claims.find("aud");
  if (found == claims.end()) return false;
  return found->is_array() ? std::any_of(found->begin(), found->end(), wanted) : wanted(*found);
}

Result<std::string> readIdentity(const Json& claims, const std::string& name) {
  const Json* found = find(claims, name);
  if (found == nullptr) return std::string();
  if (!found->is_string()) return wrong(name + ": expected text");
  const auto identity = found->get<std::string>();
  const bool printable = std::none_of(identity.begin(), identity.end(),
                                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (identity.empty() || identity.size() > kMaxIdentity || !printable) {
    return wrong(name + ": expected 1 to 256 bytes without control characters");
  }
  return identity;
}

}  // namespace

std::optional<std::string> Grant::refusal(Time now) const {
  if (expires && now >= *expires + leeway) return "the token has expired";
  if (not_before && now + leeway < *not_before) return "the token is not valid yet";
  return std::nullopt;
}

std::optional<Time> Grant::endOfStream(Time now) const {
  if (!expires || now < *expires) return expires;
  return *expires + leeway;
}

bool isFrom(const Json& claims, const Issuer& issuer) {
  if (issuer.names.empty()) return true;
  const auto name = stringMember(claims, "iss");
  return name && std::find(issuer.names.begin(), issuer.names.end(), *name) != issuer.names.end();
}

Result<Grant> readClaims(const Json& claims, const Issuer& issuer) {
  if (!isFrom(claims, issuer)) return wrong("iss: not an issuer of this node");
  if (!isFor(claims, issuer.audience)) return wrong("aud: not for this node");
  const auto expires = readTime(claims, "exp");
  if (!expires.ok()) return expires.error();
  if (!expires.value() && issuer.expiry_required) return wrong("exp: expected one, as jwt.expiry_required is set");
  const auto not_before = readTime(claims, "nbf");
  if (!not_before.ok()) return not_before.error();
  auto identity = readIdentity(claims, issuer.identity_claim);
  if (!identity.ok()) return identity.error();
  Grant grant{std::move(*identity), {}, not_before.value(), expires.value(), issuer.leeway};
  if (const Json* rights = find(claims, issuer.rights_claim)) {
    auto read = Rights::read(*rights);
    if (!read.ok()) return wrong(issuer.rights_claim + ": " + read.error().text);
    grant.rights = std::move(*read);
  }
  return grant;
}

}  // namespace sse::jwt
