#include "config/row.h"

#include <algorithm>
#include <cctype>

namespace sse::config {
namespace {

bool isVariable(std::string_view name) {
  return std::none_of(name.begin(), name.end(), [](unsigned char c) { return std::islower(c) != 0; });
}

std::string orEmpty(const char* text) { return text == nullptr ? "" : text; }

void addOnce(std::vector<std::string>& names, std::string name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

}  // namespace

std::string_view typeName(OptionType type) {
  switch (type) {
    case OptionType::Boolean: return "boolean";
    case OptionType::Integer: return "integer";
    case OptionType::Duration: return "duration";
    case OptionType::Size: return "size";
    case OptionType::String: return "string";
    case OptionType::List: return "list";
  }
  return "unknown";
}

std::string variableName(std::string_view key) {
  std::string name;
  for (const unsigned char c : key) {
    name += c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(c));
  }
  return name;
}

std::vector<std::string> splitList(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  std::vector<std::string> items;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    auto item = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    item.remove_prefix(std::min(item.find_first_not_of(kSpace), item.size()));
    item = item.substr(0, item.find_last_not_of(kSpace) + 1);
    if (!item.empty()) items.emplace_back(item);
  }
  return items;
}

Row makeRow(std::string_view owner, const Option& option) {
  Row row;
  row.owner = owner;
  row.key = orEmpty(option.key);
  row.type = option.type;
  if (option.default_text != nullptr) row.default_text = option.default_text;
  row.help = orEmpty(option.help);
  row.choices = splitList(orEmpty(option.choices));
  row.min = option.min;
  row.max = option.max;
  row.secret = option.secret;
  row.reload = option.reload;
  row.variables = {variableName(row.key)};
  for (auto& alias : splitList(orEmpty(option.aliases))) {
    addOnce(row.variables, isVariable(alias) ? alias : variableName(alias));
    if (!isVariable(alias)) addOnce(row.aliases, std::move(alias));
  }
  return row;
}

Row fileTwin(const Row& secret) {
  Row twin;
  twin.owner = secret.owner;
  twin.key = secret.key + "_file";
  twin.help = "file that holds " + secret.key;
  twin.variables = {variableName(twin.key)};
  twin.reload = secret.reload;
  twin.file_of = secret.key;
  return twin;
}

}  // namespace sse::config
