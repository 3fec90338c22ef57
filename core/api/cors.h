#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/head.h"

namespace sse::api {

/// Who may ask from another origin (WHATWG Fetch 3.2). Immutable after start.
struct Cors {
  bool enabled = false;
  std::vector<std::string> origins;  ///< none: every origin may read, without credentials

  /// Whether pages of `origin` may read answers. [any]
  [[nodiscard]] bool allows(std::string_view origin) const;
  /// Whether the request comes from a page of another origin that may change nothing here: one that `origins` does not
  /// list, whatever credentials it brings. [any]
  [[nodiscard]] bool foreign(const http::Head& head) const;
  /// Header lines, each with CRLF, for the answer to a request; empty where there is nothing to say. [any]
  [[nodiscard]] std::string lines(const http::Head& head) const;
  /// The same for the answer to a preflight. [any]
  [[nodiscard]] std::string preflightLines(const http::Head& head, std::string_view allow) const;

 private:
  [[nodiscard]] bool listed(std::string_view origin) const;
};

/// What is wrong with origins that somebody wrote down, a text for each that no browser sends (RFC 6454 6.2:
/// scheme://host[:port] in lower case, without the scheme's own port). [any]
[[nodiscard]] std::vector<std::string> wrongOrigins(const std::vector<std::string>& origins);

}  // namespace sse::api
