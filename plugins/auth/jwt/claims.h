#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "auth/jwt/config.h"
#include "sse/result.h"
#include "sse/rights.h"

namespace sse::jwt {

using Time = std::chrono::system_clock::time_point;

/// What a token whose signature is good says. Immutable; shared by the cache.
struct Grant {
  std::string identity;  ///< may be empty
  Rights rights;
  std::optional<Time> not_before;
  std::optional<Time> expires;
  Duration leeway{};

  /// Nothing where the token is valid now, else why not.
  [[nodiscard]] std::optional<std::string> refusal(Time now) const;
  /// When a stream ends that is opened now: at `exp`, or where only the leeway still carries it, after that.
  [[nodiscard]] std::optional<Time> endOfStream(Time now) const;
};

/// Reads and checks the claims that do not depend on time. The texts name claims, never their values. [any]
Result<Grant> readClaims(const nlohmann::json& claims, const Issuer& issuer);

/// Whether `iss` is one of the issuer's names, or it has none. [any]
bool isFrom(const nlohmann::json& claims, const Issuer& issuer);

}  // namespace sse::jwt
