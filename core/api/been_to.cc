#include "api/been_to.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "channel/entry.h"
#include "channel/position.h"

namespace sse::api {
namespace {

Error wrong(std::string text) { return {Code::InvalidArgument, "body: been_to: " + std::move(text)}; }

std::optional<Identity> markOf(std::string_view name) {
  if (!name.starts_with(kBeenToMark)) return std::nullopt;
  const auto position = channel::parsePosition(name.substr(kBeenToMark.size()));
  if (!position || position->identity != position->deliverer) return std::nullopt;
  return position->identity;
}

}  // namespace

Result<BeenTo> readBeenTo(std::string_view json, std::string_view own_name) {
  BeenTo out;
  if (json.empty() || json == "null") return out;
  if (json.size() > channel::kMaxBeenTo) {
    return wrong("expected at most " + std::to_string(channel::kMaxBeenTo) + " bytes, got " +
                 std::to_string(json.size()));
  }
  const auto names = nlohmann::json::parse(json, nullptr, false);
  const auto is_text = [](const auto& name) { return name.is_string(); };
  if (!names.is_array() || !std::ranges::all_of(names, is_text)) return wrong("expected an array of names");
  for (const auto& entry : names) {
    const auto& name = entry.template get_ref<const std::string&>();
    out.from_node = true;
    out.here = out.here || name == own_name;
    if (const auto mark = markOf(name)) out.ours = mark;
  }
  return out;
}

}  // namespace sse::api
