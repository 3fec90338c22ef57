#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <nlohmann/json.hpp>

/// A second opinion on JSON: nlohmann's, corrected for where it is known to differ from RFC 8259 and from our limit.
namespace test {

enum class Opinion { Valid, Invalid, Unsure };

/// Deepest nesting of brackets outside strings; only for valid JSON.
inline std::size_t depthOf(std::string_view json) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

inline Opinion opinionOn(std::string_view json, std::size_t max_depth) {
  if (json.find('\0') != std::string_view::npos) return Opinion::Invalid;  // it takes NUL for the end
  if (json.starts_with("\xEF\xBB\xBF")) return Opinion::Invalid;           // it skips a byte order mark
  try {
    const auto parsed = nlohmann::json::parse(json);
    static_cast<void>(parsed);
  } catch (const nlohmann::json::out_of_range&) {
    return Opinion::Unsure;  // a number beyond double, which is legal
  } catch (const nlohmann::json::parse_error& error) {
    const bool surrogate = std::string_view(error.what()).find("surrogate") != std::string_view::npos;
    return surrogate ? Opinion::Unsure : Opinion::Invalid;  // half a pair is legal in the grammar
  }
  return depthOf(json) > max_depth ? Opinion::Invalid : Opinion::Valid;
}

}  // namespace test
