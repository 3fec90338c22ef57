#pragma once

#include <memory>
#include <openssl/types.h>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "auth/jwt/algorithm.h"
#include "sse/result.h"

namespace sse::jwt {

/// A verification key with the one algorithm it is for. Immutable; copies share it. [any]
class Key {
 public:
  static constexpr int kLeastRsaBits = 2048;
  static constexpr int kMostRsaBits = 16384;

  /// A shared secret, at least as long as the algorithm's hash.
  static Result<Key> fromSecret(std::string secret, Algorithm algorithm);

  /// A public key or a certificate in PEM. `wanted` is the algorithm of an RSA key, RS256 where there is none; other
  /// keys have but one, and another `wanted` is an error where it does not fit.
  static Result<Key> fromPem(const std::string& pem, std::optional<Algorithm> wanted);

  /// A JSON Web Key. Its `alg`, or `rsa` for an RSA key without one. Refused: keys for something else (`use`,
  /// `key_ops`), members that contradict each other, RSA below 2048 bits, points that are not on their curve, secrets
  /// that are too short. Code::Unsupported where the key is of a kind that is not for verifying here.
  static Result<Key> fromJwk(const nlohmann::json& jwk, Algorithm rsa = Algorithm::RS256);

  [[nodiscard]] Algorithm algorithm() const { return algorithm_; }
  [[nodiscard]] const std::optional<std::string>& id() const { return id_; }
  [[nodiscard]] bool symmetric() const { return public_ == nullptr; }

  /// Whether `signature` is this key's over `text`, in the key's own algorithm. Takes 1 µs (HMAC) to 1 ms (P-521).
  [[nodiscard]] bool verify(std::string_view text, std::string_view signature) const;

 private:
  Key(Algorithm algorithm, std::string secret) : algorithm_(algorithm), secret_(std::move(secret)) {}
  Key(Algorithm algorithm, std::shared_ptr<EVP_PKEY> key) : algorithm_(algorithm), public_(std::move(key)) {}

  static Result<Key> ofPublic(std::shared_ptr<EVP_PKEY> key, std::optional<Algorithm> wanted);

  Algorithm algorithm_;
  std::optional<std::string> id_;
  std::string secret_;
  std::shared_ptr<EVP_PKEY> public_;  ///< nullptr: a secret
};

}  // namespace sse::jwt
