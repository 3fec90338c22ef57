#include "auth/jwt/token.h"

#include "auth/jwt/base64url.h"
#include "auth/jwt/json_object.h"

namespace sse::jwt {
namespace {

Error malformed(std::string text) { return {Code::InvalidArgument, std::move(text)}; }

Result<void> readHeader(std::string_view encoded, Token& token) {
  const auto bytes = decodeBase64Url(encoded);
  if (!bytes) return malformed("token header: expected base64url without padding");
  const auto header = parseObject(*bytes);
  if (!header) return malformed("token header: expected a JSON object that names no member twice");
  const auto name = stringMember(*header, "alg");
  if (!name) return malformed("token header: expected a string alg");
  const auto algorithm = algorithmNamed(*name);
  if (!algorithm) return malformed("token header: alg is none that is accepted");
  if (header->contains("crit")) return malformed("token header: crit names extensions, and none is understood");
  token.algorithm = *algorithm;
  if (!header->contains("kid")) return {};
  token.key_id = stringMember(*header, "kid");
  if (!token.key_id) return malformed("token header: expected a string kid");
  return {};
}

}  // namespace

Result<Token> parseToken(std::string_view text) {
  const auto first = text.find('.');
  const auto second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos) {
    return malformed("token: expected three parts");
  }
  Token token;
  const auto header = readHeader(text.substr(0, first), token);
  if (!header.ok()) return header.error();
  auto payload = decodeBase64Url(text.substr(first + 1, second - first - 1));
  if (!payload) return malformed("token payload: expected base64url without padding");
  auto signature = decodeBase64Url(text.substr(second + 1));
  if (!signature || signature->empty()) return malformed("token signature: expected base64url without padding");
  token.signed_text = text.substr(0, second);
  token.payload = std::move(*payload);
  token.signature = std::move(*signature);
  return token;
}

}  // namespace sse::jwt
