#include "sse/conformance/option_value.h"

#include <charconv>
#include <cstdio>
#include <optional>
#include <vector>

#include "sse/conformance/report.h"
#include "sse/units.h"

namespace sse::conformance {
namespace {

constexpr const char* kSpace = " \t\r\n";

Error wrong(const std::string& expected, std::string_view text) {
  return {Code::InvalidArgument, "expected " + expected + ", got " + quoted(text)};
}

std::optional<std::int64_t> parseInteger(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<std::string> number(const Option& option, std::optional<std::int64_t> value, const char* what,
                           std::string_view text) {
  if (!value) return wrong(what, text);
  if (*value < option.min || *value > option.max) {
    return wrong(what + (" from " + std::to_string(option.min)) + " to " + std::to_string(option.max), text);
  }
  return std::to_string(*value);
}

std::string jsonText(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof(escape), "\\u%04x", static_cast<unsigned>(c));
      json += escape;
    } else {
      json += c;
    }
  }
  return json + '"';
}

bool legal(const Option& option, std::string_view text) {
  return option.choices == nullptr || *option.choices == '\0' || listed(option.choices, text);
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> items;
  while (true) {
    const auto comma = text.find(',');
    const auto item = text.substr(0, comma);
    const auto first = item.find_first_not_of(kSpace);
    if (first != std::string_view::npos) items.push_back(item.substr(first, item.find_last_not_of(kSpace) + 1 - first));
    if (comma == std::string_view::npos) return items;
    text.remove_prefix(comma + 1);
  }
}

Result<std::string> list(const Option& option, std::string_view text) {
  std::string json;
  for (const auto item : split(text)) {
    if (!legal(option, item)) return wrong(std::string("items of ") + option.choices, item);
    json += (json.empty() ? "[" : ",") + jsonText(item);
  }
  return json.empty() ? std::string("null") : json + "]";
}

}  // namespace

bool listed(std::string_view list, std::string_view item) {
  for (const auto one : split(list)) {
    if (one == item) return true;
  }
  return false;
}

Result<std::string> valueAsJson(const Option& option, std::string_view text) {
  switch (option.type) {
    case OptionType::Boolean:
      if (text == "true" || text == "false") return std::string(text);
      return wrong("true or false", text);
    case OptionType::Integer: return number(option, parseInteger(text), "a whole number", text);
    case OptionType::Duration: return number(option, parseDuration(text), "a duration like \"15s\"", text);
    case OptionType::Size: return number(option, parseSize(text), "a size like \"64MiB\"", text);
    case OptionType::String:
      if (text.empty()) return std::string("null");
      if (!legal(option, text)) return wrong(std::string("one of ") + option.choices, text);
      return jsonText(text);
    case OptionType::List: return list(option, text);
  }
  return wrong("a type that this SDK knows", std::to_string(static_cast<int>(option.type)));
}

Result<std::string> settingsJson(std::span<const Option> options, const Values& values) {
  std::string json = "{";
  std::size_t used = 0;
  for (const auto& option : options) {
    const auto chosen = values.find(option.key);
    used += chosen == values.end() ? 0 : 1;
    const char* const given = chosen == values.end() ? option.default_text : chosen->second.c_str();
    auto value = given == nullptr ? Result<std::string>("null") : valueAsJson(option, given);
    if (!value) return Error{Code::InvalidArgument, std::string(option.key) + ": " + value.error().text};
    json += (json.size() == 1 ? "" : ",") + jsonText(option.key) + ":" + *value;
  }
  if (used == values.size()) return json + "}";
  for (const auto& [key, value] : values) {
    bool known = false;
    for (const auto& option : options) known = known || key == option.key;
    if (!known) return Error{Code::NotFound, key + ": expected a key of the plugin's option table, found none such"};
  }
  return json + "}";
}

}  // namespace sse::conformance
