#pragma once

#include <string_view>

#include "transport/relay/wire.h"

/// How both sides of a link prove that they hold the same cluster.secret without sending it. Pure. [any]
namespace sse::relay {

/// Which side proves; a proof of one side is worth nothing as one of the other.
enum class Side : std::uint8_t { Dialer, Acceptor };

/// What `side` must send: HMAC-SHA256 over its role and both hellos' nonces and tags.
ProofBytes proofOf(Side side, std::string_view secret, const Hello& dialer, const Hello& acceptor);

/// Compares in constant time.
bool sameProof(const ProofBytes& a, const ProofBytes& b);

/// Unpredictable.
Nonce freshNonce();

}  // namespace sse::relay
