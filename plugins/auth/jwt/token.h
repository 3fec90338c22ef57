#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/jwt/algorithm.h"
#include "sse/result.h"

namespace sse::jwt {

/// A JSON Web Signature in its compact form, taken apart and not yet verified.
struct Token {
  Algorithm algorithm = Algorithm::HS256;
  std::optional<std::string> key_id;
  std::string_view signed_text;  ///< header and payload as they came; points into the token
  std::string payload;           ///< decoded
  std::string signature;         ///< decoded
};

/// Takes `text` apart, which must outlive the result. Refused: anything that is not three parts of strict base64url, a
/// header that is no JSON object or has a member twice, an algorithm that is not accepted (`none` among them), any
/// `crit`. Keys that a token brings along (`jwk`, `jku`, `x5c`, …) are never looked at. [any]
Result<Token> parseToken(std::string_view text);

}  // namespace sse::jwt
