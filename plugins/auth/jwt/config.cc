#include "auth/jwt/config.h"

#include <fstream>

#include "auth/jwt/certificate.h"
#include "auth/jwt/json_object.h"
#include "sse/config.h"

namespace sse::jwt {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kMaxFile = std::size_t{1} << 20U;
constexpr std::size_t kMaxIssuers = 64;

Error wrong(const std::string& key, const std::string& text) { return {Code::InvalidArgument, key + ": " + text}; }

Result<std::string> readFile(const std::string& key, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return wrong(key, "expected a file that can be read, got \"" + path + "\"");
  std::string text(kMaxFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxFile) return wrong(key, "expected a file of at most 1 MiB, got \"" + path + "\"");
  return text;
}

/// What an issuer of the file may leave to the options.
Issuer readDefaults(const Settings& settings) {
  Issuer issuer;
  issuer.names = settings.list("jwt.issuer");
  issuer.audience = settings.list("jwt.audience");
  issuer.secret = settings.string("jwt.secret");
  issuer.key_files = settings.list("jwt.key");
  issuer.jwks = settings.string("jwt.jwks");
  issuer.ca_file = settings.string("jwt.ca_file");
  issuer.algorithm = algorithmNamed(settings.string("jwt.algorithm"));
  issuer.rights_claim = settings.string("jwt.claim");
  issuer.identity_claim = settings.string("jwt.identity_claim");
  issuer.expiry_required = settings.boolean("jwt.expiry_required");
  issuer.leeway = settings.duration("jwt.leeway");
  return issuer;
}

bool readStrings(const Json& value, std::vector<std::string>& out) {
  out.clear();
  if (value.is_string()) {
    out.push_back(value.get<std::string>());
    return true;
  }
  if (!value.is_array()) return false;
  for (const auto& item : value) {
    if (!item.is_string()) return false;
    out.push_back(item.get<std::string>());
  }
  return true;
}

bool readString(const Json& value, std::string& out) {
  if (value.is_string()) out = value.get<std::string>();
  return value.is_string() && !out.empty();
}

/// One member of an issuer in the file; false where its value does not fit. Unknown names are told by the caller.
std::optional<bool> readMember(const std::string& name, const Json& value, Issuer& issuer, std::string& secret_file) {
  if (name == "issuer") return readStrings(value, issuer.names);
  if (name == "audience") return readStrings(value, issuer.audience);
  if (name == "secret") return readString(value, issuer.secret);
  if (name == "secret_file") return readString(value, secret_file);
  if (name == "key") return readStrings(value, issuer.key_files);
  if (name == "jwks") return readString(value, issuer.jwks);
  if (name == "ca_file") return readString(value, issuer.ca_file);
  if (name == "claim") return readString(value, issuer.rights_claim);
  if (name == "identity_claim") return readString(value, issuer.identity_claim);
  if (name == "expiry_required") {
    issuer.expiry_required = value.is_boolean() && value.get<bool>();
    return value.is_boolean();
  }
  if (name == "algorithm") {
    issuer.algorithm = value.is_string() ? algorithmNamed(value.get<std::string>()) : std::nullopt;
    return issuer.algorithm.has_value();
  }
  return std::nullopt;
}

Result<void> readUrl(Issuer& issuer, const std::string& key) {
  if (!issuer.remote()) return {};
  auto url = readJwksUrl(issuer.jwks);
  if (!url.ok()) return wrong(key, url.error().text);
  issuer.url = std::move(*url);
  return {};
}

Result<Issuer> readIssuer(const Json& entry, Issuer issuer, const std::string& where) {
  if (!entry.is_object()) return wrong(where, "expected an object");
  issuer.names.clear();
  std::string secret_file;
  for (const auto& [name, value] : entry.items()) {
    const auto read = readMember(name, value, issuer, secret_file);
    if (!read) return wrong(where, "\"" + name + "\" is no member of an issuer");
    if (!*read) return wrong(std::string(where).append(".").append(name), "expected another value");
  }
  if (!secret_file.empty()) {
    auto secret = readFile(where + ".secret_file", secret_file);
    if (!secret.ok()) return secret.error();
    while (secret->ends_with('\n') || secret->ends_with('\r')) secret->pop_back();
    issuer.secret = std::move(*secret);
  }
  if (auto good = readUrl(issuer, where + ".jwks"); !good.ok()) return good.error();
  return issuer;
}

Result<std::vector<Issuer>> readIssuers(const std::string& path, const Issuer& defaults) {
  const auto text = readFile("jwt.issuers", path);
  if (!text.ok()) return text.error();
  const auto document = parseObject(text.value());
  const std::string where = "jwt.issuers: " + path;
  if (!document || !document->contains("issuers") || !(*document)["issuers"].is_array()) {
    return wrong(where, R"(expected {"issuers": [...]} that names no member twice)");
  }
  std::vector<Issuer> issuers;
  for (const auto& entry : (*document)["issuers"]) {
    auto issuer = readIssuer(entry, defaults, where + ": issuers[" + std::to_string(issuers.size()) + "]");
    if (!issuer.ok()) return issuer.error();
    issuers.push_back(std::move(*issuer));
  }
  if (issuers.size() > kMaxIssuers) return wrong(where, "expected at most " + std::to_string(kMaxIssuers) + " issuers");
  return issuers;
}

/// Told now, and not when the URL is asked for the first time.
Result<void> checkAuthorities(const std::string& path) {
  const auto pem = readFile("jwt.ca_file", path);
  if (!pem.ok()) return pem.error();
  if (!holdsCertificate(pem.value())) return wrong("jwt.ca_file", path + ": expected a certificate in PEM, got none");
  return {};
}

bool hasKeys(const Issuer& issuer) {
  return !issuer.secret.empty() || !issuer.key_files.empty() || !issuer.jwks.empty();
}

Algorithm rsaAlgorithm(const Issuer& issuer) {
  const auto algorithm = issuer.algorithm.value_or(Algorithm::RS256);
  return familyOf(algorithm) == Family::RsaPss || familyOf(algorithm) == Family::RsaPkcs1 ? algorithm
                                                                                          : Algorithm::RS256;
}

}  // namespace

Result<Config> readConfig(std::string_view settings_json) {
  const Settings settings(settings_json);
  Config config;
  config.max_size = settings.size("jwt.max_size");
  config.cache_entries = static_cast<std::size_t>(settings.integer("jwt.cache_entries"));
  config.jwks_max_age = settings.duration("jwt.jwks_max_age");
  config.jwks_min_interval = settings.duration("jwt.jwks_min_interval");
  config.jwks_timeout = settings.duration("jwt.jwks_timeout");
  Issuer own = readDefaults(settings);
  if (auto good = readUrl(own, "jwt.jwks"); !good.ok()) return good.error();
  if (settings.has("jwt.issuers")) {
    Issuer defaults = own;
    defaults.secret.clear();
    defaults.key_files.clear();
    defaults.jwks.clear();
    auto issuers = readIssuers(settings.string("jwt.issuers"), defaults);
    if (!issuers.ok()) return issuers.error();
    config.issuers = std::move(*issuers);
  }
  if (hasKeys(own)) config.issuers.push_back(std::move(own));
  if (config.issuers.empty())
    return wrong("jwt.secret", "expected one of jwt.secret, jwt.key, jwt.jwks, jwt.issuers, got none");
  for (const auto& issuer : config.issuers) {
    if (!hasKeys(issuer)) return wrong("jwt.issuers", "expected secret, key or jwks for each issuer");
  }
  return config;
}

Result<KeySet> readKeys(const Issuer& issuer) {
  KeySet keys;
  if (!issuer.ca_file.empty()) {
    const auto checked = checkAuthorities(issuer.ca_file);
    if (!checked.ok()) return checked.error();
  }
  if (!issuer.secret.empty()) {
    const auto algorithm = issuer.algorithm.value_or(Algorithm::HS256);
    auto key = Key::fromSecret(issuer.secret, familyOf(algorithm) == Family::Hmac ? algorithm : Algorithm::HS256);
    if (!key.ok()) return wrong("jwt.secret", key.error().text);
    keys.add(std::move(*key));
  }
  for (const auto& path : issuer.key_files) {
    const auto pem = readFile("jwt.key", path);
    if (!pem.ok()) return pem.error();
    auto key = Key::fromPem(pem.value(), rsaAlgorithm(issuer));
    if (!key.ok()) key = Key::fromPem(pem.value(), std::nullopt);
    if (!key.ok()) return wrong("jwt.key", path + ": " + key.error().text);
    keys.add(std::move(*key));
  }
  if (!issuer.jwks.empty() && !issuer.remote()) {
    const auto text = readFile("jwt.jwks", issuer.jwks);
    if (!text.ok()) return text.error();
    const auto set = KeySet::fromJwks(text.value(), rsaAlgorithm(issuer));
    if (!set.ok()) return wrong("jwt.jwks", issuer.jwks + ": " + set.error().text);
    if (set.value().size() == 0) return wrong("jwt.jwks", issuer.jwks + ": expected a key for verifying, got none");
    keys.add(set.value());
  }
  return keys;
}

}  // namespace sse::jwt
