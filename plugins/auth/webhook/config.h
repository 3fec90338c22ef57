#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sse/host.h"

namespace sse::webhook {

/// Where the endpoint is and what every question to it begins with.
struct Endpoint {
  std::string host;  ///< a name or a numeric address
  std::uint16_t port = 0;
  std::string shown;  ///< the URL without its query: for logs
  /// Request line and headers but for the length and the empty line. Holds the secret.
  std::string head;
  std::shared_ptr<const TlsClient> tls;  ///< nullptr: plain http
};

/// All settings of the plugin.
struct Config {
  Endpoint endpoint;
  Duration timeout{};
  std::vector<std::string> headers;  ///< in lower case, each once
  std::size_t connections = 0;
  std::size_t queue = 0;
  std::size_t cache_entries = 0;
  Duration max_age{};
  Duration refusal_max_age{};
  bool fails_open = false;
  bool anonymous = true;  ///< requests without credentials are asked about, too
};

/// From the settings as the node hands them over. The error names the key. Reads the file of authorities.
Result<Config> readConfig(std::string_view settings_json, Host& host);

}  // namespace sse::webhook
