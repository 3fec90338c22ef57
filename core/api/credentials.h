#pragma once

#include <string>
#include <string_view>

#include "http/head.h"
#include "sse/auth.h"
#include "sse/result.h"

namespace sse::api {

/// What a request brings to be recognised by. Views point into its head.
struct Credentials {
  std::string_view authorization;
  std::string cookie;  ///< all Cookie headers as one (RFC 6265 5.4, RFC 9113 8.2.3)
  std::string access_token;
  bool blank = false;  ///< the one that counts is there and empty

  /// Puts them into a question to the auth plugins, the token among them included. The question points into this. [any]
  void putInto(AuthRequest& question, std::string_view cookie_name) const;
};

/// Reads them; `cookie_name` is that of the cookie that may hold a token. An error, whose text says where, where a
/// credential cannot be told: several Authorization headers or access_token parameters, or a query that cannot be
/// decoded. [any]
[[nodiscard]] Result<Credentials> credentialsOf(const http::Head& head, std::string_view cookie_name);

}  // namespace sse::api
