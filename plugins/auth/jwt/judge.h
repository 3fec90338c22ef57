#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/jwt/claims.h"
#include "auth/jwt/config.h"
#include "auth/jwt/key_set.h"

namespace sse::jwt {

/// All issuers with the keys they have at one moment. Immutable, shared: replaced as a whole when keys change.
struct KeyRing {
  struct Entry {
    Issuer issuer;
    KeySet keys;
  };
  std::vector<Entry> entries;
};

/// What has been found out about a token.
struct Judgement {
  enum class Kind : std::uint8_t {
    Good,
    Malformed,   ///< no token
    BadKey,      ///< no issuer's, or not signed by its key
    BadClaims,   ///< well signed, and not for this node
    UnknownKey,  ///< one of `issuers` may have published the key by now
  };
  Kind kind = Kind::Malformed;
  std::shared_ptr<const Grant> grant = {};  ///< where Good
  std::string reason = {};                  ///< where not
  std::vector<std::size_t> issuers = {};    ///< where UnknownKey; each has a URL
};

/// Everything but time and rights. The issuer is chosen by `iss` and by nothing else in the token. [any]
Judgement judge(const KeyRing& ring, std::string_view text);

}  // namespace sse::jwt
