#pragma once
#include <string>
#include <string_view>

namespace sse::bench {

/// What the tokens of the bench are signed with.
inline constexpr std::string_view kJwtSecret = "a secret of the bench, of more than 32 bytes";

/// A JWT by HS256 (RFC 7515) that may publish and subscribe everywhere for an hour.
std::string bearerToken();

}  // namespace sse::bench
