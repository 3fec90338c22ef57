#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "sse/auth.h"
#include "sse/result.h"

namespace sse {

/// Whether `pattern` means `channel`: an exact name, `*` or `prefix*`, in which `{sub}` stands for the identity. A
/// pattern with `{sub}` matches nothing for nobody. An identity is compared as it is: a `*` in it is a letter. [any]
inline bool matchesPattern(std::string_view pattern, std::string_view channel, std::string_view identity) {
  constexpr std::string_view kPlaceholder = "{sub}";
  const auto skip = [&channel](std::string_view expected) {
    if (!channel.starts_with(expected)) return false;
    channel.remove_prefix(expected.size());
    return true;
  };
  const bool prefix = pattern.ends_with('*');
  if (prefix) pattern.remove_suffix(1);
  for (auto at = pattern.find(kPlaceholder); at != std::string_view::npos; at = pattern.find(kPlaceholder)) {
    if (identity.empty() || !skip(pattern.substr(0, at)) || !skip(identity)) return false;
    pattern.remove_prefix(at + kPlaceholder.size());
  }
  return skip(pattern) && (prefix || channel.empty());
}

/// What credentials allow: patterns of channels for each action. For auth plugins. [any]
struct Rights {
  std::vector<std::string> publish;
  std::vector<std::string> subscribe;
  std::vector<std::string> admin;

  /// From an object with a list of patterns for each action, all of them optional; other members are not looked at.
  static Result<Rights> read(const nlohmann::json& object) {
    if (!object.is_object()) return Error{Code::InvalidArgument, "expected an object"};
    Rights rights;
    for (const auto& [name, patterns] :
         {std::pair{"publish", &rights.publish}, {"subscribe", &rights.subscribe}, {"admin", &rights.admin}}) {
      const auto list = object.find(name);
      if (list == object.end()) continue;
      const auto is_string = [](const nlohmann::json& item) { return item.is_string(); };
      if (!list->is_array() || !std::all_of(list->begin(), list->end(), is_string)) {
        return Error{Code::InvalidArgument, std::string(name) + ": expected a list of patterns"};
      }
      *patterns = list->get<std::vector<std::string>>();
    }
    return rights;
  }

  /// Whether each of `channels` matches a pattern of the action; no channels stand for all of them and need `*`.
  [[nodiscard]] bool allows(Action action, std::span<const std::string_view> channels,
                            std::string_view identity) const {
    const auto& patterns = action == Action::Publish ? publish : action == Action::Subscribe ? subscribe : admin;
    if (channels.empty()) return std::find(patterns.begin(), patterns.end(), "*") != patterns.end();
    return std::all_of(channels.begin(), channels.end(), [&](std::string_view channel) {
      return std::any_of(patterns.begin(), patterns.end(),
                         [&](const std::string& pattern) { return matchesPattern(pattern, channel, identity); });
    });
  }
};

}  // namespace sse
