#pragma once

#include <string>

#include "sse/result.h"

namespace sse::jwt {

/// What is told of the URL of a JWKS.
struct JwksUrl {
  std::string shown;     ///< without query and fragment: for logs and readiness
  bool exposed = false;  ///< plain http to another machine: whoever is in between can put in keys
};

/// Checks an http or https URL: it names a host, and neither user nor password. The error does not repeat it. [any]
Result<JwksUrl> readJwksUrl(const std::string& text);

}  // namespace sse::jwt
