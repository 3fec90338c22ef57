#include "auth/jwt/key.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "auth/jwt/pem.h"

namespace sse::jwt {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

Bio reading(const std::string& text) { return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free}; }

std::shared_ptr<EVP_PKEY> readPem(const std::string& pem) {
  const auto as_key = reading(pem);
  EVP_PKEY* key = PEM_read_bio_PUBKEY(as_key.get(), nullptr, noPassPhrase, nullptr);
  if (key == nullptr) {
    const auto as_certificate = reading(pem);
    X509* certificate = PEM_read_bio_X509(as_certificate.get(), nullptr, noPassPhrase, nullptr);
    if (certificate != nullptr) key = X509_get_pubkey(certificate);
    X509_free(certificate);
  }
  return {key, EVP_PKEY_free};
}

/// Whether the modulus is of the kind that a flawed chip generation made (CVE-2017-15361), whose private half can be
/// computed: modulo each small prime it is a power of 65537, which chance hardly does for all of them.
bool isRoca(const BIGNUM* modulus) {
  constexpr unsigned kLast = 167;
  for (unsigned prime = 3; prime <= kLast; prime += 2) {
    bool composite = false;
    for (unsigned i = 3; i * i <= prime; i += 2) composite = composite || prime % i == 0;
    if (composite) continue;
    const auto rest = static_cast<unsigned>(BN_mod_word(modulus, prime));
    unsigned power = 1;
    bool reached = rest == 1;
    for (unsigned i = 1; i < prime && !reached; ++i) {
      power = power * (65537 % prime) % prime;
      reached = power == rest;
    }
    if (!reached) return false;
  }
  return true;
}

/// RSA of a sound size and making with an odd exponent above one.
Result<void> soundRsa(EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < Key::kLeastRsaBits || bits > Key::kMostRsaBits) {
    return Error{Code::InvalidArgument, "expected an RSA key of " + std::to_string(Key::kLeastRsaBits) + " to " +
                                            std::to_string(Key::kMostRsaBits) + " bits, got " + std::to_string(bits)};
  }
  BIGNUM* exponent = nullptr;
  BIGNUM* modulus = nullptr;
  const bool read = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
                    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &modulus) == 1;
  const bool sound = read && BN_is_odd(exponent) == 1 && BN_is_one(exponent) == 0;
  const bool roca = read && isRoca(modulus);
  BN_free(exponent);
  BN_free(modulus);
  if (!sound) return Error{Code::InvalidArgument, "expected an odd RSA exponent above 1"};
  if (roca) return Error{Code::InvalidArgument, "expected an RSA key, got one of a kind that can be broken (ROCA)"};
  return {};
}

/// The only algorithm of a key that is no RSA key.
std::optional<Algorithm> onlyAlgorithm(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "ED25519") == 1 || EVP_PKEY_is_a(key, "ED448") == 1) return Algorithm::EdDSA;
  char curve[64];
  std::size_t size = 0;
  if (EVP_PKEY_is_a(key, "EC") != 1 || EVP_PKEY_get_group_name(key, curve, sizeof(curve), &size) != 1) return {};
  const std::string_view name(curve, size);
  if (name == "prime256v1") return Algorithm::ES256;
  if (name == "secp384r1") return Algorithm::ES384;
  if (name == "secp521r1") return Algorithm::ES512;
  return {};
}

Error misfit(Algorithm wanted) {
  return {Code::InvalidArgument, "the key is not one for " + std::string(nameOf(wanted))};
}

}  // namespace

Result<Key> Key::fromSecret(std::string secret, Algorithm algorithm) {
  if (familyOf(algorithm) != Family::Hmac) return misfit(algorithm);
  const auto least = hashSize(algorithm);
  if (secret.size() < least) {
    return Error{Code::InvalidArgument, "expected a secret of at least " + std::to_string(least) + " bytes for " +
                                            std::string(nameOf(algorithm)) + ", got " + std::to_string(secret.size())};
  }
  return Key(algorithm, std::move(secret));
}

Result<Key> Key::ofPublic(std::shared_ptr<EVP_PKEY> key, std::optional<Algorithm> wanted) {
  if (EVP_PKEY_is_a(key.get(), "RSA") == 1) {
    const auto algorithm = wanted.value_or(Algorithm::RS256);
    const auto family = familyOf(algorithm);
    if (family != Family::RsaPkcs1 && family != Family::RsaPss) return misfit(algorithm);
    const auto sound = soundRsa(key.get());
    if (!sound.ok()) return sound.error();
    return Key(algorithm, std::move(key));
  }
  const auto only = onlyAlgorithm(key.get());
  if (!only) return Error{Code::Unsupported, "expected a key of RSA, P-256, P-384, P-521, Ed25519 or Ed448"};
  if (wanted && *wanted != *only) return misfit(*wanted);
  return Key(*only, std::move(key));
}

Result<Key> Key::fromPem(const std::string& pem, std::optional<Algorithm> wanted) {
  auto key = readPem(pem);
  if (!key) return Error{Code::InvalidArgument, "expected a public key or a certificate in PEM"};
  return ofPublic(std::move(key), wanted);
}

}  // namespace sse::jwt
