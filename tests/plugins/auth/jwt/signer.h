#pragma once

#include <memory>
#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "auth/jwt/algorithm.h"

namespace sse::test {

inline std::string base64Url(std::string_view bytes) {
  std::string text(bytes.size() * 4 / 3 + 4, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

/// Makes tokens with a key of its own, or with a secret, by another way than the plugin verifies them.
class Signer {
 public:
  explicit Signer(jwt::Algorithm algorithm,
                  std::string secret = "a secret that is long enough for HS512, which is 64 bytes")
      : algorithm_(algorithm), secret_(std::move(secret)), key_(make(algorithm), EVP_PKEY_free) {
    if (secret_.size() < 64) secret_.resize(64, '.');
  }

  [[nodiscard]] const std::string& secret() const { return secret_; }
  [[nodiscard]] jwt::Algorithm algorithm() const { return algorithm_; }

  [[nodiscard]] std::string pem() const {
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(out, key_.get());
    char* text = nullptr;
    const long size = BIO_get_mem_data(out, &text);
    std::string copy(text, static_cast<std::size_t>(size));
    BIO_free(out);
    return copy;
  }

  [[nodiscard]] std::string token(const nlohmann::json& claims,
                                  nlohmann::json header = nlohmann::json::object()) const {
    if (!header.contains("alg")) header["alg"] = jwt::nameOf(algorithm_);
    return sign(base64Url(header.dump()) + "." + base64Url(claims.dump()));
  }

  /// `text` with a dot and its signature.
  [[nodiscard]] std::string sign(const std::string& text) const {
    return text + "." + base64Url(familyOf(algorithm_) == jwt::Family::Hmac ? mac(text) : signature(text));
  }

 private:
  static EVP_PKEY* make(jwt::Algorithm algorithm) {
    switch (familyOf(algorithm)) {
      case jwt::Family::Hmac: return nullptr;
      case jwt::Family::RsaPkcs1:
      case jwt::Family::RsaPss: return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048});
      case jwt::Family::Ecdsa: {
        constexpr const char* kCurves[] = {"P-256", "P-384", "P-521"};
        return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", kCurves[static_cast<unsigned>(algorithm) % 3]);
      }
      case jwt::Family::EdDsa: return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    }
    return nullptr;
  }

  [[nodiscard]] std::string mac(const std::string& text) const {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_get_digestbyname(hashName(algorithm_)), secret_.data(), static_cast<int>(secret_.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), out, &size);
    return {reinterpret_cast<const char*>(out), size};
  }

  [[nodiscard]] std::string signature(const std::string& text) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_PKEY_CTX* parameters = nullptr;
    EVP_DigestSignInit_ex(context.get(), &parameters, hashName(algorithm_), nullptr, nullptr, key_.get(), nullptr);
    if (familyOf(algorithm_) == jwt::Family::RsaPss) {
      EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST);
    }
    std::string out(1024, '\0');
    std::size_t size = out.size();
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    out.resize(size);
    return familyOf(algorithm_) == jwt::Family::Ecdsa ? pairOf(out) : out;
  }

  /// r and s side by side.
  [[nodiscard]] std::string pairOf(const std::string& asn1) const {
    const auto* in = reinterpret_cast<const unsigned char*>(asn1.data());
    ECDSA_SIG* parsed = d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(asn1.size()));
    const int half = (EVP_PKEY_get_bits(key_.get()) + 7) / 8;
    std::string pair(static_cast<std::size_t>(2 * half), '\0');
    auto* out = reinterpret_cast<unsigned char*>(pair.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(parsed), out, half);
    BN_bn2binpad(ECDSA_SIG_get0_s(parsed), out + half, half);
    ECDSA_SIG_free(parsed);
    return pair;
  }

  jwt::Algorithm algorithm_;
  std::string secret_;
  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace sse::test
