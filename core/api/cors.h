#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/head.h"

namespace sse::api {

/// Who may ask from another origin (WHATWG Fetch 3.2). Immutable after start.
struct Cors {
  bool enabled = false;
  std::vector<std::string> origins;  ///< none: every origin, without credentials

  /// Whether pages of `origin` may read answers. [any]
  [[nodiscard]] bool allows(std::string_view origin) const;
  /// Whether the request comes from a page of another site that may not publish here. [any]
  [[nodiscard]] bool foreign(const http::Head& head) const;
  /// Header lines, each with CRLF, for the answer to a request; empty where there is nothing to say. [any]
  [[nodiscard]] std::string lines(const http::Head& head) const;
  /// The same for the answer to a preflight. [any]
  [[nodiscard]] std::string preflightLines(const http::Head& head, std::string_view allow) const;
};

}  // namespace sse::api
