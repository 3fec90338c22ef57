#include <memory>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "auth/jwt/key.h"

namespace sse::jwt {
namespace {

const unsigned char* bytesOf(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

bool verifyHmac(Algorithm algorithm, const std::string& secret, std::string_view text, std::string_view signature) {
  const EVP_MD* hash = EVP_get_digestbyname(hashName(algorithm));
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (hash == nullptr ||
      HMAC(hash, secret.data(), static_cast<int>(secret.size()), bytesOf(text), text.size(), mac, &size) == nullptr) {
    return false;
  }
  return signature.size() == size && CRYPTO_memcmp(mac, signature.data(), size) == 0;
}

/// JOSE writes r and s side by side, OpenSSL wants ASN.1. Empty where `pair` has not exactly the curve's size.
std::string asAsn1(const EVP_PKEY* key, std::string_view pair) {
  const auto half = (static_cast<std::size_t>(EVP_PKEY_get_bits(key)) + 7) / 8;
  if (pair.size() != 2 * half) return {};
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(ECDSA_SIG_new(), ECDSA_SIG_free);
  BIGNUM* r = BN_bin2bn(bytesOf(pair), static_cast<int>(half), nullptr);
  BIGNUM* s = BN_bin2bn(bytesOf(pair.substr(half)), static_cast<int>(half), nullptr);
  if (!signature || r == nullptr || s == nullptr || ECDSA_SIG_set0(signature.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  unsigned char* out = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &out);
  std::string text = size > 0 ? std::string(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size)) : "";
  OPENSSL_free(out);
  return text;
}

bool usePss(EVP_PKEY_CTX* context) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

}  // namespace

bool Key::verify(std::string_view text, std::string_view signature) const {
  if (symmetric()) return verifyHmac(algorithm_, secret_, text, signature);
  const Family family = familyOf(algorithm_);
  std::string asn1;
  if (family == Family::Ecdsa) {
    asn1 = asAsn1(public_.get(), signature);
    if (asn1.empty()) return false;
    signature = asn1;
  }
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* parameters = nullptr;
  if (!context || EVP_DigestVerifyInit_ex(context.get(), &parameters, hashName(algorithm_), nullptr, nullptr,
                                          public_.get(), nullptr) != 1) {
    return false;
  }
  if (family == Family::RsaPss && !usePss(parameters)) return false;
  return EVP_DigestVerify(context.get(), bytesOf(signature), signature.size(), bytesOf(text), text.size()) == 1;
}

}  // namespace sse::jwt
