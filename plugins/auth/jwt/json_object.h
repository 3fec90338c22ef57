#pragma once

#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

namespace sse::jwt {

/// The JSON object that `text` is; nothing where it is not one, names a member twice anywhere, or is nested deeper than
/// 16: what two readers could understand differently is not understood. [any]
std::optional<nlohmann::json> parseObject(std::string_view text);

/// The string member `name` of an object; nothing where it is missing or no string. [any]
std::optional<std::string> stringMember(const nlohmann::json& object, const char* name);

}  // namespace sse::jwt
