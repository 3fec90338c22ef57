#pragma once

#include <map>
#include <memory>
#include <string>

#include "client/url.h"
#include "sse/result.h"
#include "sse/tls.h"

namespace sse::client {

/// The flags that say how a command reaches a server: whom it trusts and what it shows. Empty: not given.
struct Access {
  std::string token{};        ///< sent as `Authorization: Bearer`
  std::string ca_file{};      ///< authorities; else the system's
  std::string server_name{};  ///< what the certificate must carry; else the URL's host
  std::string certificate{};  ///< the client's own
  std::string key{};          ///< of `certificate`
  bool insecure = false;      ///< the server's certificate is not checked
  /// Made of the above by whoever runs the command, which https needs.
  std::shared_ptr<const TlsClient> tls = nullptr;
};

/// Reads the flags `token`, `ca-file`, `server-name`, `certificate`, `key`, `insecure`; `token` is else the variable
/// SSE_CLUSTER_TOKEN. InvalidArgument names the flag: one of TLS beside an http URL, or one that another makes void.
/// [any]
Result<Access> parseAccess(const Url& url, const std::map<std::string, std::string>& flags);

}  // namespace sse::client
