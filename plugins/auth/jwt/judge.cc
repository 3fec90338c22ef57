#include "auth/jwt/judge.h"

#include "auth/jwt/json_object.h"
#include "auth/jwt/token.h"

namespace sse::jwt {
namespace {

using Kind = Judgement::Kind;

Judgement byClaims(const nlohmann::json& claims, const Issuer& issuer) {
  auto grant = readClaims(claims, issuer);
  if (!grant.ok()) return {Kind::BadClaims, nullptr, grant.error().text};
  return {Kind::Good, std::make_shared<const Grant>(std::move(*grant))};
}

/// Whether the issuer's URL may bring the key. It never brings secrets.
bool mayCome(const Issuer& issuer, Algorithm algorithm) {
  return issuer.remote() && familyOf(algorithm) != Family::Hmac;
}

}  // namespace

Judgement judge(const KeyRing& ring, std::string_view text) {
  const auto token = parseToken(text);
  if (!token.ok()) return {Kind::Malformed, nullptr, token.error().text};
  const auto claims = parseObject(token.value().payload);
  if (!claims) return {Kind::Malformed, nullptr, "token payload: expected a JSON object that names no member twice"};
  Judgement bad{Kind::BadKey, nullptr, "iss: not an issuer of this node"};
  for (std::size_t i = 0; i < ring.entries.size(); ++i) {
    const auto& [issuer, keys] = ring.entries[i];
    if (!isFrom(*claims, issuer)) continue;
    const auto outcome = keys.verify(token.value());
    if (outcome == KeySet::Outcome::Good) return byClaims(*claims, issuer);
    bad.reason = outcome == KeySet::Outcome::Bad ? "the token's signature is wrong" : "the token's key is not known";
    if (outcome == KeySet::Outcome::UnknownKey && mayCome(issuer, token.value().algorithm)) bad.issuers.push_back(i);
  }
  if (!bad.issuers.empty()) bad.kind = Kind::UnknownKey;
  return bad;
}

}  // namespace sse::jwt
