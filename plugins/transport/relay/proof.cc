#include "transport/relay/proof.h"

#include <algorithm>
#include <cstdlib>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace sse::relay {
namespace {

ProofBytes proofBy(std::string_view secret, Side side, const Hello& dialer, const Hello& acceptor) {
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

}  // namespace

std::vector<std::string_view> secretsOf(std::string_view text) {
  std::vector<std::string_view> secrets;
  for (auto rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    auto line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) secrets.push_back(line);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (secrets.empty() && !text.empty()) secrets.push_back(text);
  return secrets;
}

Result<void> checkSecrets(std::string_view text) {
  const auto secrets = secretsOf(text);
  if (secrets.size() < 2) return {};
  const auto wrong = [](const std::string& what) { return Error{Code::InvalidArgument, "cluster.secret: " + what}; };
  if (secrets.size() > kMostSecrets) {
    return wrong("expected at most " + std::to_string(kMostSecrets) + " lines, each a secret, got " +
                 std::to_string(secrets.size()));
  }
  for (const auto& secret : secrets) {
    if (secret.starts_with('#')) return wrong("expected no comment in several lines, as each is a secret");
    if (secret.size() >= kLeastOfSeveral) continue;
    return wrong("expected at least " + std::to_string(kLeastOfSeveral) +
                 " bytes in each of several lines, as each is a secret, got one of " + std::to_string(secret.size()));
  }
  return {};
}

ProofBytes proofOf(Side side, std::string_view text, const Hello& dialer, const Hello& acceptor) {
  return proofBy(secretsOf(text).front(), side, dialer, acceptor);
}

bool proves(const ProofBytes& proof, Side side, std::string_view text, const Hello& dialer, const Hello& acceptor) {
  const auto secrets = secretsOf(text);
  return std::ranges::any_of(
      secrets, [&](std::string_view secret) { return sameProof(proof, proofBy(secret, side, dialer, acceptor)); });
}

bool sameProof(const ProofBytes& a, const ProofBytes& b) { return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

Nonce freshNonce() {
  Nonce nonce{};
  if (RAND_bytes(reinterpret_cast<unsigned char*>(nonce.data()), static_cast<int>(nonce.size())) != 1) std::abort();
  return nonce;
}

}  // namespace sse::relay
