#include "auth/jwt/judge.h"

#include "auth/jwt/json_object.h"
#include "auth/jwt/token.h"

namespace sse::jwt {
namespace {

using Kind = Judgement::Kind;

Judgement byClaims(const nlohmann::json& claims, const KeyRing& ring, std::size_t issuer) {
  auto grant = readClaims(claims, ring.entries[issuer].issuer);
  if (!grant.ok()) return {Kind::BadClaims, issuer, nullptr, grant.error().text};
  return {Kind::Good, issuer, std::make_shared<const Grant>(std::move(*grant)), ""};
}

}  // namespace

Judgement judge(const KeyRing& ring, std::string_view text) {
  const auto token = parseToken(text);
  if (!token.ok()) return {Kind::Malformed, 0, nullptr, token.error().text};
  const auto claims = parseObject(token.value().payload);
  if (!claims) return {Kind::Malformed, 0, nullptr, "token payload: expected a JSON object that names no member twice"};
  Judgement bad{Kind::BadKey, 0, nullptr, "iss: not an issuer of this node"};
  for (std::size_t i = 0; i < ring.entries.size(); ++i) {
    const auto& [issuer, keys] = ring.entries[i];
    if (!isFrom(*claims, issuer)) continue;
    const auto outcome = keys.verify(token.value());
    if (outcome == KeySet::Outcome::Good) return byClaims(*claims, ring, i);
    if (bad.kind == Kind::UnknownKey) continue;
    const bool may_come = outcome == KeySet::Outcome::UnknownKey && issuer.remote();
    bad = {may_come ? Kind::UnknownKey : Kind::BadKey, i, nullptr,
           outcome == KeySet::Outcome::Bad ? "the token's signature is wrong" : "the token's key is not known"};
  }
  return bad;
}

}  // namespace sse::jwt
