#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "sse/auth.h"
#include "sse/result.h"

namespace sse::jwt {

/// What a token allows: patterns of channels for each action. [any]
struct Rights {
  std::vector<std::string> publish;
  std::vector<std::string> subscribe;
  std::vector<std::string> admin;

  /// From the claim's value: an object of lists of patterns, each of them optional.
  static Result<Rights> read(const nlohmann::json& claim);

  /// Whether each of `channels` matches a pattern of the action; no channels stand for all of them and need `*`.
  [[nodiscard]] bool allows(Action action, std::span<const std::string_view> channels, std::string_view identity) const;
};

/// An exact name, `*` or `prefix*`, in which `{sub}` stands for the identity; a pattern with it matches nothing for
/// nobody. [any]
bool matches(std::string_view pattern, std::string_view channel, std::string_view identity);

}  // namespace sse::jwt
