#include <algorithm>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "auth/jwt/base64url.h"
#include "auth/jwt/json_object.h"
#include "auth/jwt/key.h"

namespace sse::jwt {
namespace {

using Json = nlohmann::json;
using PublicKey = Result<std::shared_ptr<EVP_PKEY>>;

Error wrong(std::string text) { return {Code::InvalidArgument, std::move(text)}; }

Result<std::string> bytesMember(const Json& jwk, const char* name) {
  const auto text = stringMember(jwk, name);
  auto bytes = text ? decodeBase64Url(*text) : std::nullopt;
  if (!bytes || bytes->empty()) return wrong(std::string(name) + ": expected bytes in base64url");
  return std::move(*bytes);
}

PublicKey make(const char* type, OSSL_PARAM_BLD* builder) {
  const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> parameters(OSSL_PARAM_BLD_to_param(builder),
                                                                           OSSL_PARAM_free);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return wrong("expected a public key that is valid");
  }
  return std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free);
}

using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)>;

const unsigned char* in(const std::string& bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

PublicKey readRsa(const Json& jwk) {
  const auto n = bytesMember(jwk, "n");
  if (!n.ok()) return n.error();
  const auto e = bytesMember(jwk, "e");
  if (!e.ok()) return e.error();
  if (n.value().size() > Key::kMostRsaBits / 8 + 1 || e.value().size() > 8) return wrong("n, e: too large");
  const Number modulus(BN_bin2bn(in(n.value()), static_cast<int>(n.value().size()), nullptr), BN_free);
  const Number exponent(BN_bin2bn(in(e.value()), static_cast<int>(e.value().size()), nullptr), BN_free);
  const Builder builder(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  return make("RSA", builder.get());
}

PublicKey readEc(const Json& jwk) {
  const auto curve = stringMember(jwk, "crv").value_or("");
  const std::size_t size = curve == "P-256" ? 32 : curve == "P-384" ? 48 : curve == "P-521" ? 66 : 0;
  if (size == 0) return Error{Code::Unsupported, "crv: expected P-256, P-384 or P-521"};
  const auto x = bytesMember(jwk, "x");
  if (!x.ok()) return x.error();
  const auto y = bytesMember(jwk, "y");
  if (!y.ok()) return y.error();
  if (x.value().size() != size || y.value().size() != size) {
    return wrong("x, y: expected " + std::to_string(size) + " bytes each");
  }
  const std::string point = "\x04" + x.value() + y.value();
  const Builder builder(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free);
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.c_str(), 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return make("EC", builder.get());
}

PublicKey readOkp(const Json& jwk) {
  const auto curve = stringMember(jwk, "crv").value_or("");
  const int type = curve == "Ed25519" ? EVP_PKEY_ED25519 : curve == "Ed448" ? EVP_PKEY_ED448 : EVP_PKEY_NONE;
  if (type == EVP_PKEY_NONE) return Error{Code::Unsupported, "crv: expected Ed25519 or Ed448"};
  const auto x = bytesMember(jwk, "x");
  if (!x.ok()) return x.error();
  EVP_PKEY* key = EVP_PKEY_new_raw_public_key(type, nullptr, in(x.value()), x.value().size());
  if (key == nullptr) return wrong("x: expected a public key of " + curve);
  return std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free);
}

/// Keys for something else than verifying signatures are told by `use` and `key_ops`.
Result<void> forVerifying(const Json& jwk) {
  if (jwk.contains("use") && stringMember(jwk, "use") != "sig") {
    return Error{Code::Unsupported, "use: expected sig"};
  }
  const auto operations = jwk.find("key_ops");
  if (operations == jwk.end()) return {};
  if (!operations->is_array() || std::find(operations->begin(), operations->end(), "verify") == operations->end()) {
    return Error{Code::Unsupported, "key_ops: expected verify among them"};
  }
  return {};
}

Result<std::optional<Algorithm>> algorithmOf(const Json& jwk) {
  if (!jwk.contains("alg")) return std::optional<Algorithm>();
  const auto algorithm = algorithmNamed(stringMember(jwk, "alg").value_or(""));
  if (!algorithm) return Error{Code::Unsupported, "alg: expected a signature algorithm"};
  return algorithm;
}

}  // namespace

Result<Key> Key::fromJwk(const Json& jwk, Algorithm rsa) {
  if (!jwk.is_object()) return wrong("expected an object for each key");
  const auto purpose = forVerifying(jwk);
  if (!purpose.ok()) return purpose.error();
  const auto algorithm = algorithmOf(jwk);
  if (!algorithm.ok()) return algorithm.error();
  const auto type = stringMember(jwk, "kty").value_or("");
  const auto read = [&]() -> Result<Key> {
    if (type == "oct") {
      auto secret = bytesMember(jwk, "k");
      if (!secret.ok()) return secret.error();
      return fromSecret(std::move(*secret), algorithm.value().value_or(Algorithm::HS256));
    }
    auto key = type == "RSA"   ? readRsa(jwk)
               : type == "EC"  ? readEc(jwk)
               : type == "OKP" ? readOkp(jwk)
                               : PublicKey(Error{Code::Unsupported, "kty: expected oct, RSA, EC or OKP"});
    if (!key.ok()) return key.error();
    return ofPublic(std::move(*key), !algorithm.value() && type == "RSA" ? rsa : algorithm.value());
  };
  auto key = read();
  if (key.ok()) key->id_ = stringMember(jwk, "kid");
  return key;
}

}  // namespace sse::jwt
