#include "auth/jwt/algorithm.h"

#include <array>

namespace sse::jwt {
namespace {

constexpr std::array<std::string_view, 13> kNames = {"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256",
                                                     "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"};

}  // namespace

std::optional<Algorithm> algorithmNamed(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Algorithm>(i);
  }
  return std::nullopt;
}

std::string_view nameOf(Algorithm algorithm) { return kNames[static_cast<std::size_t>(algorithm)]; }

Family familyOf(Algorithm algorithm) { return static_cast<Family>(static_cast<unsigned>(algorithm) / 3); }

std::size_t hashSize(Algorithm algorithm) {
  if (algorithm == Algorithm::EdDSA) return 0;
  return 32 + 16 * (static_cast<std::size_t>(algorithm) % 3);
}

const char* hashName(Algorithm algorithm) {
  constexpr std::array kHashes = {"SHA256", "SHA384", "SHA512"};
  return algorithm == Algorithm::EdDSA ? nullptr : kHashes[static_cast<std::size_t>(algorithm) % 3];
}

}  // namespace sse::jwt
