#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/jwt/algorithm.h"
#include "auth/jwt/jwks_url.h"
#include "auth/jwt/key_set.h"
#include "sse/loop.h"
#include "sse/result.h"

namespace sse::jwt {

/// Whose tokens are taken, and how their claims are read.
struct Issuer {
  std::vector<std::string> names;      ///< legal `iss`; empty: any, and none
  std::vector<std::string> audience;   ///< one of them must be in `aud`; empty: not looked at
  std::string secret;                  ///< empty: none
  std::vector<std::string> key_files;  ///< PEM
  std::string jwks;                    ///< file or URL; empty: none
  JwksUrl url;                         ///< what is told of it, where it is one
  std::string ca_file;                 ///< for the URL; empty: the system's
  std::optional<Algorithm> algorithm;  ///< of the secret and of RSA keys that name none
  std::string rights_claim;            ///< a name, or a JSON pointer where it begins with a slash
  std::string identity_claim;          ///< as above
  bool expiry_required = false;
  Duration leeway{};

  /// Whether the keys are fetched.
  [[nodiscard]] bool remote() const { return jwks.starts_with("https://") || jwks.starts_with("http://"); }
};

/// All settings of the plugin.
struct Config {
  std::vector<Issuer> issuers;  ///< at least one
  std::size_t max_size = 0;     ///< of a token
  std::size_t cache_entries = 0;
  Duration jwks_max_age{};
  Duration jwks_min_interval{};
  Duration jwks_timeout{};
};

/// From the settings as the node hands them over. Reads the file of `jwt.issuers` where there is one. The error names
/// the key. Blocks for local files.
Result<Config> readConfig(std::string_view settings_json);

/// The keys that an issuer has without its URL. Blocks for local files. The error names the key and the file.
Result<KeySet> readKeys(const Issuer& issuer);

}  // namespace sse::jwt
