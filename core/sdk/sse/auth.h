#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sse/certificate.h"
#include "sse/header.h"
#include "sse/plugin.h"

namespace sse {

/// What somebody wants to do.
enum class Action : std::uint8_t { Publish, Subscribe, Admin };

/// One question to the auth plugins. Views are valid during the call only.
struct AuthRequest {
  Action action = Action::Subscribe;
  std::string_view method;                     ///< of HTTP
  std::span<const std::string_view> channels;  ///< decoded; empty: all of them (broadcast, node-wide admin)
  std::string_view client;                     ///< the client id asked for; empty: none
  std::string_view remote_address;             ///< numeric, after http.trusted_proxies
  std::string_view authorization;              ///< header value; empty: none
  std::string_view cookie;                     ///< header value; empty: none
  std::string_view access_token;               ///< of the query, decoded; empty: none
  /// The token among these: by `Authorization: Bearer`, without that header by the query, else by the cookie
  /// `auth.cookie`; empty: none.
  std::string_view token = {};
  const ClientCertificate* certificate = nullptr;  ///< of the connection, verified; none: nullptr
  /// All header lines as they came, of HTTP/1 and HTTP/2 alike; among them may be credentials of others than auth.
  std::span<const HeaderLine> headers = {};
  /// The credential that counts is there and empty, as in `?access_token=`: nobody's, and no reason to look at others.
  bool blank = false;

  /// The value of the first header of that name; empty: there is none. A walk over all of them.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    for (const auto& line : headers) {
      if (sameWithoutCase(line.name, name)) return line.value;
    }
    return {};
  }

  /// Whether somebody means to be recognised: then nobody may be let in as anonymous.
  [[nodiscard]] bool hasCredentials() const {
    return !token.empty() || !authorization.empty() || certificate != nullptr || blank;
  }
};

/// The answer.
struct Decision {
  enum class Verdict : std::uint8_t {
    Allow,
    Deny,          ///< known and not allowed: 403
    Unauthorized,  ///< credentials missing or bad: 401
    Abstain,       ///< not this plugin's kind of credentials: the next one is asked
    Later,         ///< `answer` will be called with the verdict
    Unavailable,   ///< nobody can tell now: refused for now, so that the client asks again
  };
  Verdict verdict = Verdict::Abstain;
  std::string identity;                                               ///< empty: anonymous
  std::optional<std::chrono::system_clock::time_point> expires = {};  ///< the stream ends then
  std::string reason;                                                 ///< for people, where refused
  std::string challenge;                                              ///< for WWW-Authenticate, where Unauthorized
  /// Allow without a look at credentials. Behind other plugins it does not count for those who brought some.
  bool anonymous = false;
  std::uint64_t credential = 0;  ///< what CredentialsRevoked names it by; 0: nothing
};

/// Decides who may do what. The only interface that is called on loops.
class SSE_PUBLIC Auth : public Plugin {
 public:
  /// Answers at once from memory, or says Later and calls `answer` exactly once, from any thread; a late Abstain is
  /// Unauthorized, as nobody is asked after it. Never blocks, never throws. [any] [started]
  virtual Decision check(const AuthRequest& request, std::function<void(Decision)> answer) = 0;
};

}  // namespace sse
