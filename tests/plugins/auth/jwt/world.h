#pragma once

#include <doctest/doctest.h>

#include "auth/jwt/jwt.h"
#include "plugins/auth/jwt/signer.h"
#include "sse/conformance/fake_host.h"
#include "sse/conformance/fake_loop.h"
#include "sse/max_age.h"

namespace sse::test {

using Json = nlohmann::json;
using Verdict = Decision::Verdict;

inline Json rights() { return {{"publish", {"*"}}, {"subscribe", {"user-{sub}"}}}; }

/// Seconds since 1970, `by` from now.
inline std::int64_t in(std::chrono::seconds by) {
  return std::chrono::duration_cast<std::chrono::seconds>((std::chrono::system_clock::now() + by).time_since_epoch())
      .count();
}

/// The plugin with a JWKS server of its own.
struct World {
  conformance::FakeLoop loop;
  conformance::FakeHost host{loop, "self", "self"};
  struct Server {
    int fetches = 0;
    Result<jwt::Fetched> answer = Error{Code::Unavailable, "down"};
  };
  std::shared_ptr<Server> server = std::make_shared<Server>();
  jwt::Jwt plugin{[server = server](const jwt::FetchRequest&) {
    ++server->fetches;
    return server->answer;
  }};

  static Json settings(Json changes) {
    Json all = {{"jwt.secret", nullptr},
                {"jwt.key", nullptr},
                {"jwt.jwks", nullptr},
                {"jwt.algorithm", nullptr},
                {"jwt.issuer", nullptr},
                {"jwt.audience", nullptr},
                {"jwt.claim", "sse"},
                {"jwt.identity_claim", "sub"},
                {"jwt.expiry_required", false},
                {"jwt.leeway", 30'000},
                {"jwt.ca_file", nullptr},
                {"jwt.issuers", nullptr},
                {"jwt.jwks_max_age", 3'600'000},
                {"jwt.jwks_min_interval", 10'000},
                {"jwt.jwks_timeout", 5'000},
                {"jwt.max_size", 8192},
                {"jwt.cache_entries", 32}};
    all.update(changes);
    return all;
  }

  void start(const Json& changes) {
    const auto outcome = plugin.configure(host, settings(changes).dump());
    REQUIRE_MESSAGE(outcome.ok(), outcome.error().text);
    REQUIRE(plugin.start().ok());
    loop.run();
  }

  /// The decision about a token, and how often it came.
  struct Asked {
    std::optional<Decision> decision;
    int answers = 0;
  };
  std::shared_ptr<Asked> ask(const std::string& token, Action action = Action::Publish, const char* channel = "news") {
    auto asked = std::make_shared<Asked>();
    const std::vector<std::string_view> channels = {channel};
    AuthRequest request;
    request.action = action;
    request.channels = channels;
    request.token = token;
    auto decision = plugin.check(request, [asked](Decision answer) {
      asked->decision = std::move(answer);
      ++asked->answers;
    });
    if (decision.verdict != Verdict::Later) asked->decision = std::move(decision);
    return asked;
  }
  Verdict verdict(const std::string& token, Action action = Action::Publish, const char* channel = "news") {
    const auto asked = ask(token, action, channel);
    loop.run();
    REQUIRE(asked->decision.has_value());
    return asked->decision->verdict;
  }
  std::uint64_t count(const char* name) { return host.metrics().counter(name, "").value(); }

  void serve(const std::vector<Json>& keys, const char* cache_control = "") {
    server->answer = jwt::Fetched{Json{{"keys", keys}}.dump(), maxAgeOf(cache_control)};
  }
};

/// An Ed25519 or RSA key without `alg`.
inline Json jwkOf(const Signer& signer, const char* id) {
  const std::string pem = signer.pem();
  BIO* in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* key = PEM_read_bio_PUBKEY(in, nullptr, nullptr, nullptr);
  BIO_free(in);
  unsigned char raw[32];
  std::size_t size = sizeof(raw);
  const auto number = [key](const char* name) {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key, name, &value);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
    BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
    BN_free(value);
    return base64Url(bytes);
  };
  Json jwk = {{"kid", id}};
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    jwk.update({{"kty", "RSA"}, {"n", number("n")}, {"e", number("e")}});
  } else {
    EVP_PKEY_get_raw_public_key(key, raw, &size);
    const std::string x(reinterpret_cast<const char*>(raw), size);
    jwk.update({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", base64Url(x)}});
  }
  EVP_PKEY_free(key);
  return jwk;
}

inline const Json kUrl = {{"jwt.jwks", "https://issuer.test/keys"}};

}  // namespace sse::test
