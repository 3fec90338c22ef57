#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/jwt/key.h"
#include "auth/jwt/token.h"
#include "sse/result.h"

namespace sse::jwt {

/// The keys of one issuer. Immutable once it is in use. [any]
class KeySet {
 public:
  static constexpr std::size_t kMaxKeys = 256;
  /// A token without `kid` is tried with at most so many keys of its algorithm; of P-384 and P-521, which take ten
  /// times as long, with fewer: anybody may send such tokens, and loops wait meanwhile.
  static constexpr std::size_t kMaxTries = 8;
  static constexpr std::size_t kMaxSlowTries = 2;

  enum class Outcome : std::uint8_t { Good, Bad, UnknownKey };

  /// A JWKS document of ours. Keys of kinds that are not for verifying here are left out. Refused as a whole: what is
  /// no JWKS, a malformed key, two keys of one `kid` and algorithm, secrets beside public keys, more than 256 keys.
  /// `rsa` as in Key::fromJwk.
  static Result<KeySet> fromJwks(std::string_view text, Algorithm rsa = Algorithm::RS256);

  /// A JWKS document of others, which gets by with one bad key (RFC 7517, section 5): malformed keys, those whose `kid`
  /// an earlier one of their algorithm has, and secrets are left out, each with its place and why in `passed_over`.
  static Result<KeySet> fromForeignJwks(std::string_view text, Algorithm rsa, std::vector<std::string>& passed_over);

  void add(Key key) { keys_.push_back(std::move(key)); }
  void add(const KeySet& others) { keys_.insert(keys_.end(), others.keys_.begin(), others.keys_.end()); }
  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  /// Verifies the signature by the keys of the token's algorithm that have its `kid` or none; a token without one by
  /// any key of its algorithm. UnknownKey: there is no such key.
  [[nodiscard]] Outcome verify(const Token& token) const;

 private:
  static Result<KeySet> read(std::string_view text, Algorithm rsa, std::vector<std::string>* passed_over);
  [[nodiscard]] bool holds(const Key& key) const;

  std::vector<Key> keys_;
};

}  // namespace sse::jwt
