#pragma once

#include <string_view>
#include <vector>

#include "transport/relay/wire.h"

/// How both sides of a link prove that they hold the same cluster.secret without sending it. Pure. [any]
namespace sse::relay {

/// Which side proves; a proof of one side is worth nothing as one of the other.
enum class Side : std::uint8_t { Dialer, Acceptor };

/// What `side` must send: HMAC-SHA256, keyed with the first secret in `text`, over its role and both hellos' nonces and
/// tags.
ProofBytes proofOf(Side side, std::string_view text, const Hello& dialer, const Hello& acceptor);

/// Compares in constant time.
bool sameProof(const ProofBytes& a, const ProofBytes& b);

/// The secrets of cluster.secret, one a line: the first is the one to prove. Never none where there is any text.
std::vector<std::string_view> secretsOf(std::string_view text);

/// Each of several secrets lets in by itself, so none may be a comment or the rest of a wrapped line: no # in front, at
/// least kLeastOfSeveral bytes, at most kMostSecrets.
inline constexpr std::size_t kLeastOfSeveral = 8;
inline constexpr std::size_t kMostSecrets = 4;
Result<void> checkSecrets(std::string_view text);

/// Whether `proof` is that of `side` with one of the secrets in `text`.
bool proves(const ProofBytes& proof, Side side, std::string_view text, const Hello& dialer, const Hello& acceptor);

/// Unpredictable.
Nonce freshNonce();

}  // namespace sse::relay
