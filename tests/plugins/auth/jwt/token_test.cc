#include "auth/jwt/token.h"

#include <doctest/doctest.h>

#include "auth/jwt/base64url.h"
#include "auth/jwt/certificate.h"
#include "auth/jwt/key_set.h"
#include "plugins/auth/jwt/signer.h"
#include "support/terminal.h"

using namespace sse;
using jwt::Algorithm;
using jwt::Key;
using jwt::KeySet;
using test::base64Url;
using test::Signer;
using test::Terminal;

namespace {

Result<Key> keyOf(const Signer& signer) {
  if (familyOf(signer.algorithm()) == jwt::Family::Hmac) return Key::fromSecret(signer.secret(), signer.algorithm());
  const bool rsa = signer.pem().size() > 300;
  return Key::fromPem(signer.pem(), rsa ? std::optional(signer.algorithm()) : std::nullopt);
}

bool verified(const Key& key, const std::string& text) {
  const auto token = jwt::parseToken(text);
  KeySet keys;
  keys.add(key);
  return token.ok() && keys.verify(token.value()) == KeySet::Outcome::Good;
}

std::string refusalOf(const std::string& text) {
  const auto token = jwt::parseToken(text);
  return token.ok() ? "" : token.error().text;
}

constexpr Algorithm kAll[] = {Algorithm::HS256, Algorithm::HS384, Algorithm::HS512, Algorithm::RS256, Algorithm::RS384,
                              Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512, Algorithm::ES256,
                              Algorithm::ES384, Algorithm::ES512, Algorithm::EdDSA};

}  // namespace

TEST_CASE("base64url has one text for each value") {
  CHECK(jwt::decodeBase64Url("").value() == "");
  CHECK(jwt::decodeBase64Url("Zg").value() == "f");
  CHECK(jwt::decodeBase64Url("Zm9v").value() == "foo");
  CHECK(jwt::decodeBase64Url("-_-_").has_value());
  for (const char* bad : {"Z", "Zh", "Zg==", "Zm9v=", "Zm9v Zm9v", "Zm9\n", "+/+/", "Zm9v\xc3"}) {
    CAPTURE(bad);
    CHECK_FALSE(jwt::decodeBase64Url(bad).has_value());
  }
}

TEST_CASE("a token of each algorithm is verified, and not when a bit of it changes") {
  for (const auto algorithm : kAll) {
    CAPTURE(nameOf(algorithm));
    const Signer signer(algorithm);
    const auto key = keyOf(signer);
    REQUIRE_MESSAGE(key.ok(), key.error().text);
    CHECK(key.value().algorithm() == algorithm);
    const auto text = signer.token({{"sub", "me"}});
    CHECK(verified(key.value(), text));
    for (const std::size_t at : {text.find('.') + 2, text.rfind('.') + 3}) {
      auto changed = text;
      changed[at] = changed[at] == 'A' ? 'B' : 'A';
      CHECK_FALSE(verified(key.value(), changed));
    }
  }
}

TEST_CASE("a key serves its own algorithm alone") {
  const Signer rsa(Algorithm::RS256);
  const auto key = Key::fromPem(rsa.pem(), Algorithm::PS256);
  REQUIRE(key.ok());
  CHECK_FALSE(verified(key.value(), rsa.token({{"sub", "me"}})));
  // The public key as a secret: what every library once got wrong.
  const Signer confused(Algorithm::HS256, rsa.pem());
  CHECK_FALSE(verified(Key::fromPem(rsa.pem(), {}).value(), confused.token({{"sub", "me"}})));
  CHECK_FALSE(Key::fromPem(rsa.pem(), Algorithm::ES256).ok());
  CHECK_FALSE(Key::fromPem(Signer(Algorithm::ES384).pem(), Algorithm::ES256).ok());
  CHECK_FALSE(Key::fromPem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", {}).ok());
}

TEST_CASE("an encrypted key is refused, and nobody is asked for its pass phrase") {
  const Terminal terminal;
  const std::string head = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,59A9CFBB3EBD5E4E41E0FCA3B1B9EC04\n\n";
  for (const std::string kind : {"PUBLIC KEY", "PRIVATE KEY", "RSA PRIVATE KEY", "CERTIFICATE"}) {
    CAPTURE(kind);
    const auto pem = "-----BEGIN " + kind + "-----\n" + head + "AAAAAAAAAAAAAAAAAAAAAA==\n-----END " + kind + "-----\n";
    CHECK(!Key::fromPem(pem, std::nullopt).ok());
    CHECK(!jwt::holdsCertificate(pem));
  }
  CHECK(terminal.asked() == 0);
}

TEST_CASE("secrets are as long as their hash") {
  CHECK(Key::fromSecret(std::string(32, 'x'), Algorithm::HS256).ok());
  CHECK_FALSE(Key::fromSecret(std::string(31, 'x'), Algorithm::HS256).ok());
  CHECK_FALSE(Key::fromSecret(std::string(63, 'x'), Algorithm::HS512).ok());
  CHECK_FALSE(Key::fromSecret(std::string(64, 'x'), Algorithm::RS256).ok());
}

TEST_CASE("headers that could be read in two ways are refused") {
  const auto with = [](const std::string& header) { return refusalOf(base64Url(header) + ".e30.AAAA"); };
  CHECK(with(R"({"alg":"HS256"})").empty());
  CHECK(with(R"({"alg":"none"})").find("alg") != std::string::npos);
  CHECK(with(R"({"alg":"nOnE"})").find("alg") != std::string::npos);
  CHECK(with(R"({"alg":"hs256"})").find("alg") != std::string::npos);
  CHECK(with(R"({"alg":["HS256"]})").find("alg") != std::string::npos);
  CHECK(with(R"({"alg":"HS256","alg":"none"})").find("twice") != std::string::npos);
  CHECK(with(R"({"alg":"HS256","crit":["b64"],"b64":false})").find("crit") != std::string::npos);
  CHECK(with(R"({"alg":"HS256","kid":1})").find("kid") != std::string::npos);
  CHECK(with(R"({"alg":"HS256"} x)").find("JSON") != std::string::npos);
  CHECK(with("[]").find("JSON") != std::string::npos);
  CHECK(with(R"({"alg":"HS256","x":)" + std::string(40, '[') + std::string(40, ']') + "}").find("JSON") !=
        std::string::npos);
}

TEST_CASE("a token has three parts and a signature") {
  for (const char* bad : {"", ".", "..", "a.b", "a.b.c.d", "e30.e30.", "eyJhbGciOiJIUzI1NiJ9.e30.",
                          "eyJhbGciOiJIUzI1NiJ9.e30=.AAAA", "eyJhbGciOiJIUzI1NiJ9.e30.AAA=", "{}.{}.{}"}) {
    CAPTURE(bad);
    CHECK_FALSE(refusalOf(bad).empty());
  }
}

TEST_CASE("the key id chooses the key") {
  const Signer one(Algorithm::HS256, std::string(64, '1'));
  const Signer two(Algorithm::HS256, std::string(64, '2'));
  const auto jwk = [](const Signer& signer, const char* id) {
    return nlohmann::json{{"kty", "oct"}, {"alg", "HS256"}, {"kid", id}, {"k", base64Url(signer.secret())}};
  };
  const auto keys = KeySet::fromJwks(nlohmann::json{{"keys", {jwk(one, "1"), jwk(two, "2")}}}.dump());
  REQUIRE(keys.ok());
  const auto outcome = [&](const std::string& text) {
    const auto token = jwt::parseToken(text);
    REQUIRE(token.ok());
    return keys.value().verify(token.value());
  };
  CHECK(outcome(two.token({}, {{"kid", "2"}})) == KeySet::Outcome::Good);
  CHECK(outcome(two.token({})) == KeySet::Outcome::Good);
  CHECK(outcome(two.token({}, {{"kid", "1"}})) == KeySet::Outcome::Bad);
  CHECK(outcome(two.token({}, {{"kid", "3"}})) == KeySet::Outcome::UnknownKey);
}

TEST_CASE("a JWKS leaves out what is not for verifying and is refused where it is malformed") {
  const auto read = [](const char* text) { return KeySet::fromJwks(text); };
  CHECK(read(R"({"keys":[]})").value().size() == 0);
  CHECK(read(R"({"keys":[{"kty":"AKP"},{"kty":"oct","use":"enc","k":"AAAA"},{"kty":"EC","crv":"secp256k1"}]})")
            .value()
            .size() == 0);
  for (const char* bad : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[1]})", R"({"keys":[{"kty":"RSA"}]})",
                          R"({"keys":[],"keys":[]})", R"({"keys":[{"kty":"oct","alg":"HS256","k":"AAAA"}]})"}) {
    CAPTURE(bad);
    CHECK_FALSE(read(bad).ok());
  }
}

TEST_CASE("without kid fewer keys are tried of the slow curves") {
  for (const auto& [algorithm, most] :
       {std::pair(Algorithm::ES256, 8), std::pair(Algorithm::ES384, 2), std::pair(Algorithm::ES512, 2)}) {
    CAPTURE(nameOf(algorithm));
    KeySet keys;
    for (int i = 0; i <= most; ++i) {
      const Signer signer(algorithm);
      keys.add(Key::fromPem(signer.pem(), std::nullopt).value());
      const auto text = signer.token({});
      const auto token = jwt::parseToken(text);
      CHECK(keys.verify(token.value()) == (i < most ? KeySet::Outcome::Good : KeySet::Outcome::Bad));
    }
  }
}
