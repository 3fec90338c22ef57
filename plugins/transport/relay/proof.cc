#include "transport/relay/proof.h"

#include <cstdlib>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace sse::relay {

ProofBytes proofOf(Side side, std::string_view secret, const Hello& dialer, const Hello& acceptor) {
  std::string message = side == Side::Dialer ? "sse-relay/1 dialer" : "sse-relay/1 acceptor";
  message.push_back('\0');
  message.append(dialer.nonce.data(), dialer.nonce.size());
  message.append(acceptor.nonce.data(), acceptor.nonce.size());
  message.append(text(dialer.tag));
  message.append(text(acceptor.tag));
  ProofBytes proof{};
  unsigned int size = proof.size();
  const auto* made = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                          reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                          reinterpret_cast<unsigned char*>(proof.data()), &size);
  if (made == nullptr || size != proof.size()) std::abort();
  return proof;
}

bool sameProof(const ProofBytes& a, const ProofBytes& b) { return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

Nonce freshNonce() {
  Nonce nonce{};
  if (RAND_bytes(reinterpret_cast<unsigned char*>(nonce.data()), static_cast<int>(nonce.size())) != 1) std::abort();
  return nonce;
}

}  // namespace sse::relay
