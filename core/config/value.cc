#include "config/value.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <functional>
#include <limits>
#include <optional>

#include "config/units.h"

namespace sse::config {
namespace {

using nlohmann::json;

constexpr std::size_t kShown = 80;
constexpr auto kNoMin = std::numeric_limits<std::int64_t>::min();
constexpr auto kNoMax = std::numeric_limits<std::int64_t>::max();

std::string cut(std::string text) {
  if (text.size() > kShown) text = text.substr(0, kShown) + "...";
  return text;
}

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

bool isUtf8(std::string_view text) {
  try {
    (void)json(text).dump();
    return true;
  } catch (const json::exception&) {
    return false;
  }
}

std::string range(const Row& row, const std::function<std::string(std::int64_t)>& show) {
  const auto least = row.type == OptionType::Integer ? kNoMin : 0;
  if (row.min > least && row.max < kNoMax) return " from " + show(row.min) + " to " + show(row.max);
  if (row.min > least) return " of at least " + show(row.min);
  if (row.max < kNoMax) return " of at most " + show(row.max);
  return "";
}

std::string oneOf(const Row& row) {
  std::string text;
  for (const auto& choice : row.choices) {
    text += (text.empty() ? "" : &choice == &row.choices.back() ? " or " : ", ") + choice;
  }
  return text;
}

Error refused(const Row& row, const std::string& got, const std::string& advice = "") {
  const auto shown = row.secret ? "a value that is not shown" : cut(got);
  return {Code::InvalidArgument, "expected " + expectation(row) + ", got " + shown + advice};
}

Result<json> inRange(const Row& row, std::optional<std::int64_t> number, const std::string& got) {
  if (!number || *number < row.min || *number > row.max) return refused(row, got);
  return json(*number);
}

std::optional<bool> parseBoolean(std::string_view text) {
  std::string word;
  for (const unsigned char c : text) word += static_cast<char>(std::tolower(c));
  constexpr std::array<std::string_view, 4> kYes{"true", "1", "yes", "on"};
  constexpr std::array<std::string_view, 4> kNo{"false", "0", "no", "off"};
  if (std::find(kYes.begin(), kYes.end(), word) != kYes.end()) return true;
  if (std::find(kNo.begin(), kNo.end(), word) != kNo.end()) return false;
  return std::nullopt;
}

std::optional<std::int64_t> parseInteger(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool legalText(const Row& row, const std::string& text) {
  return isUtf8(text) &&
         (row.choices.empty() || std::find(row.choices.begin(), row.choices.end(), text) != row.choices.end());
}

Result<json> checkedString(const Row& row, const std::string& text) {
  if (text.empty()) return json();
  if (!isUtf8(text)) return refused(row, "bytes that are not UTF-8");
  if (!legalText(row, text)) return refused(row, inQuotes(text));
  return json(text);
}

Result<json> checkedList(const Row& row, const std::vector<std::string>& items) {
  for (const auto& item : items) {
    if (item.empty() || !legalText(row, item)) return refused(row, inQuotes(item));
  }
  return items.empty() ? json() : json(items);
}

std::optional<std::int64_t> wholeNumber(const json& given) {
  if (given.is_number_unsigned()) {
    const auto number = given.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(kNoMax)) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  return given.is_number_integer() ? std::optional(given.get<std::int64_t>()) : std::nullopt;
}

Result<json> listFromJson(const Row& row, const json& given) {
  if (given.is_string()) return checkedList(row, splitList(given.get<std::string>()));
  if (!given.is_array()) return refused(row, dump(given));
  std::vector<std::string> items;
  for (const auto& item : given) {
    if (!item.is_string()) return refused(row, "an item " + dump(item));
    items.push_back(item.get<std::string>());
  }
  return checkedList(row, items);
}

Result<json> scalarFromJson(const Row& row, const json& given) {
  switch (row.type) {
    case OptionType::Boolean:
      if (given.is_boolean()) return given;
      break;
    case OptionType::Integer:
      if (given.is_string() && parseInteger(given.get<std::string>())) {
        return refused(row, dump(given), "; write it without quotes");
      }
      return inRange(row, wholeNumber(given), dump(given));
    case OptionType::Duration:
      if (given.is_string()) return inRange(row, parseDuration(given.get<std::string>()), dump(given));
      if (wholeNumber(given) == 0) return inRange(row, 0, "0");
      if (given.is_number()) return refused(row, dump(given), "; write it with its unit, in quotes");
      break;
    case OptionType::Size:
      if (given.is_string()) return inRange(row, parseSize(given.get<std::string>()), dump(given));
      if (wholeNumber(given).value_or(-1) >= 0) return inRange(row, wholeNumber(given), dump(given));
      break;
    case OptionType::String:
      if (given.is_string()) return checkedString(row, given.get<std::string>());
      break;
    case OptionType::List: return listFromJson(row, given);
  }
  return refused(row, dump(given));
}

}  // namespace

std::string inQuotes(std::string_view text) { return dump(json(cut(std::string(text)))); }

std::string expectation(const Row& row) {
  switch (row.type) {
    case OptionType::Boolean: return "true or false";
    case OptionType::Integer:
      return "a whole number" + range(row, [](std::int64_t number) { return std::to_string(number); });
    case OptionType::Duration: return "a duration" + range(row, formatDuration) + " in ms, s, m, h or d (\"15s\")";
    case OptionType::Size: return "a size" + range(row, formatSize) + " in B, KiB, MiB or GiB (\"64MiB\")";
    case OptionType::String: return row.choices.empty() ? "text" : oneOf(row);
    case OptionType::List: return row.choices.empty() ? "a list of texts" : "a list of " + oneOf(row);
  }
  return "nothing";
}

bool isRestricted(const Row& row) {
  const bool number =
      row.type == OptionType::Integer || row.type == OptionType::Duration || row.type == OptionType::Size;
  return !row.choices.empty() || (number && (row.min != kNoMin || row.max != kNoMax));
}

Result<json> valueFromText(const Row& row, std::string_view text) {
  switch (row.type) {
    case OptionType::Boolean:
      if (const auto boolean = parseBoolean(text)) return json(*boolean);
      return refused(row, inQuotes(text));
    case OptionType::Integer: return inRange(row, parseInteger(text), inQuotes(text));
    case OptionType::Duration: return inRange(row, parseDuration(text), inQuotes(text));
    case OptionType::Size: return inRange(row, parseSize(text), inQuotes(text));
    case OptionType::String: return checkedString(row, std::string(text));
    case OptionType::List: return checkedList(row, splitList(text));
  }
  return refused(row, inQuotes(text));
}

Result<json> valueFromJson(const Row& row, const json& given) {
  if (given.is_null()) return refused(row, "null", "; leave the key out for its default");
  if (given.is_object()) return refused(row, "an object");
  return scalarFromJson(row, given);
}

json asWritten(const Row& row, const json& value) {
  if (value.is_null()) return value;
  if (row.type == OptionType::Duration) return formatDuration(value.get<std::int64_t>());
  if (row.type == OptionType::Size) return formatSize(value.get<std::int64_t>());
  return value;
}

json defaultAsWritten(const Row& row) {
  if (!row.default_text) return nullptr;
  if (row.type == OptionType::Duration || row.type == OptionType::Size) return *row.default_text;
  return valueFromText(row, *row.default_text).value();
}

}  // namespace sse::config
