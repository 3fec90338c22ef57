#pragma once

#include <cstdint>
#include <string>

#include "sse/result.h"

namespace sse::client {

/// What to connect to and what to ask for.
struct Url {
  std::string host;  ///< name or address, an IPv6 one without brackets
  std::uint16_t port = 80;
  bool tls = false;    ///< https
  std::string target;  ///< path and query as they stood: `a%2Fb` stays one segment

  /// For people and logs: without the query, which may hold a token.
  [[nodiscard]] std::string shown() const;
};

/// Takes `http[s]://host[:port][/path][?query]` apart; characters that a request line cannot carry are percent-encoded.
/// InvalidArgument where it is none of these. [any]
Result<Url> parseUrl(const std::string& text);

}  // namespace sse::client
