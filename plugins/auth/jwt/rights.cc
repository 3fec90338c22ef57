#include "auth/jwt/rights.h"

#include <algorithm>

namespace sse::jwt {
namespace {

constexpr std::string_view kPlaceholder = "{sub}";

/// Takes what `expected` begins with off `text`.
bool skip(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

Result<void> readList(const nlohmann::json& claim, const char* name, std::vector<std::string>& patterns) {
  const auto list = claim.find(name);
  if (list == claim.end()) return {};
  const auto is_string = [](const nlohmann::json& item) { return item.is_string(); };
  if (!list->is_array() || !std::all_of(list->begin(), list->end(), is_string)) {
    return Error{Code::InvalidArgument, std::string(name) + ": expected a list of patterns"};
  }
  patterns = list->get<std::vector<std::string>>();
  return {};
}

}  // namespace

bool matches(std::string_view pattern, std::string_view channel, std::string_view identity) {
  const bool prefix = pattern.ends_with('*');
  if (prefix) pattern.remove_suffix(1);
  for (auto at = pattern.find(kPlaceholder); at != std::string_view::npos; at = pattern.find(kPlaceholder)) {
    if (identity.empty() || !skip(channel, pattern.substr(0, at)) || !skip(channel, identity)) return false;
    pattern.remove_prefix(at + kPlaceholder.size());
  }
  return skip(channel, pattern) && (prefix || channel.empty());
}

Result<Rights> Rights::read(const nlohmann::json& claim) {
  if (!claim.is_object()) return Error{Code::InvalidArgument, "expected an object"};
  Rights rights;
  for (const auto& [name, patterns] :
       {std::pair{"publish", &rights.publish}, {"subscribe", &rights.subscribe}, {"admin", &rights.admin}}) {
    const auto outcome = readList(claim, name, *patterns);
    if (!outcome.ok()) return outcome.error();
  }
  return rights;
}

bool Rights::allows(Action action, std::span<const std::string_view> channels, std::string_view identity) const {
  const auto& patterns = action == Action::Publish ? publish : action == Action::Subscribe ? subscribe : admin;
  if (channels.empty()) return std::find(patterns.begin(), patterns.end(), "*") != patterns.end();
  return std::all_of(channels.begin(), channels.end(), [&](std::string_view channel) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return matches(pattern, channel, identity); });
  });
}

}  // namespace sse::jwt
