#include "auth/jwt/json_object.h"

#include <set>
#include <vector>

namespace sse::jwt {
namespace {

constexpr int kMaxDepth = 16;

/// Depth first, without building anything: nlohmann takes the last of two equal names in silence.
bool deeperThanAllowed(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
      continue;
    }
    if (c == '"') quoted = true;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (depth > kMaxDepth) return true;
  }
  return false;
}

}  // namespace

std::optional<nlohmann::json> parseObject(std::string_view text) {
  if (deeperThanAllowed(text)) return std::nullopt;
  using Event = nlohmann::json::parse_event_t;
  std::vector<std::set<std::string>> names;
  bool twice = false;
  const auto watch = [&](int, Event event, nlohmann::json& parsed) {
    if (event == Event::object_start) names.emplace_back();
    if (event == Event::object_end) names.pop_back();
    if (event == Event::key && !names.back().insert(parsed.get<std::string>()).second) twice = true;
    return true;
  };
  auto object = nlohmann::json::parse(text.begin(), text.end(), watch, false);
  if (twice || !object.is_object()) return std::nullopt;
  return object;
}

std::optional<std::string> stringMember(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

}  // namespace sse::jwt
