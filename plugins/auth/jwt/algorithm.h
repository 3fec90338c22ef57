#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sse::jwt {

/// The signature algorithms of JSON Web Algorithms that are accepted. There is no `none`.
enum class Algorithm : std::uint8_t {
  HS256,
  HS384,
  HS512,
  RS256,
  RS384,
  RS512,
  PS256,
  PS384,
  PS512,
  ES256,
  ES384,
  ES512,
  EdDSA,
};

/// What kind of key an algorithm needs.
enum class Family : std::uint8_t { Hmac, RsaPkcs1, RsaPss, Ecdsa, EdDsa };

/// By its registered name, case and all. [any]
std::optional<Algorithm> algorithmNamed(std::string_view name);
/// The registered name. [any]
std::string_view nameOf(Algorithm algorithm);
Family familyOf(Algorithm algorithm);
/// Bytes of the hash; 0 for EdDSA, which hashes by itself.
std::size_t hashSize(Algorithm algorithm);
/// As OpenSSL calls the hash; nullptr for EdDSA.
const char* hashName(Algorithm algorithm);

}  // namespace sse::jwt
