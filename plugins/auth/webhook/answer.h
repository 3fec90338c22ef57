#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "auth/webhook/http_answer.h"
#include "sse/auth.h"
#include "sse/loop.h"
#include "sse/result.h"
#include "sse/rights.h"

namespace sse::webhook {

/// What the endpoint says.
struct Answer {
  enum class Kind : std::uint8_t {
    Allow,         ///< just what was asked
    Rights,        ///< what the patterns say, whatever is asked by the same credentials
    Deny,          ///< 403
    Unauthorized,  ///< 401
  };
  Kind kind = Kind::Unauthorized;
  std::string identity;
  std::string reason;
  Rights rights;
  std::optional<std::chrono::system_clock::time_point> expires;
  Duration keep{};  ///< how long it may be remembered, as the endpoint says

  [[nodiscard]] bool good() const { return kind == Kind::Allow || kind == Kind::Rights; }
};

/// Reads a 200, 401 or 403; anything else is an error, which names what was expected and never what was asked. [any]
Result<Answer> readAnswer(const HttpAnswer& answer);

/// What the answer means for one request at `now`. [any]
Decision decide(const Answer& answer, Action action, std::span<const std::string_view> channels, bool has_token,
                std::chrono::system_clock::time_point now);

}  // namespace sse::webhook
