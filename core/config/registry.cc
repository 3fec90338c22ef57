#include "config/registry.h"

#include <algorithm>
#include <array>

#include "config/hint.h"
#include "config/value.h"

namespace sse::config {
namespace {

constexpr std::size_t kLongestKey = 128;
/// Flags of the command line itself.
constexpr std::array<std::string_view, 4> kReserved{"config", "format", "help", "version"};

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Parts of `letters`, digits, underscores and dashes, each starting with one of `letters`, with dots between them.
bool isKey(std::string_view key, const std::string& letters) {
  if (key.empty() || key.size() > kLongestKey) return false;
  while (true) {
    const auto dot = std::min(key.find('.'), key.size());
    const auto part = key.substr(0, dot);
    if (part.empty() || letters.find(part.front()) == std::string::npos) return false;
    if (part.find_first_not_of(letters + "0123456789_-") != std::string_view::npos) return false;
    if (dot == key.size()) return true;
    key.remove_prefix(dot + 1);
  }
}

bool isVariable(std::string_view name) {
  return name.find_first_not_of(std::string(kUpper) + "0123456789_") == std::string_view::npos;
}

/// Collects the problems of one row.
class RowCheck {
 public:
  explicit RowCheck(const Row& row) : row_(row) {}

  std::vector<std::string> run() {
    checkNames();
    if (typeName(row_.type) == "unknown") return complain("expected a known type, got one of a newer node"), problems_;
    if (row_.help.empty()) complain("expected a help text, got none");
    if (row_.help.find_first_of("\r\n") != std::string::npos) complain("expected a help text of one line");
    if (row_.min > row_.max) complain("expected min <= max, got the contrary");
    const bool texts = row_.type == OptionType::String || row_.type == OptionType::List;
    if (!row_.choices.empty() && !texts) complain("expected choices only for strings and lists");
    if (row_.secret && !texts) complain("expected secret only for strings and lists");
    if (row_.secret && row_.default_text) complain("expected no default for a secret");
    checkDefault();
    return problems_;
  }

 private:
  void complain(const std::string& text) {
    problems_.push_back(row_.owner + ": option " + inQuotes(row_.key) + ": " + text);
  }

  void checkNames() {
    if (row_.key.empty()) {
      complain("expected a key, got none");
    } else if (!isKey(row_.key, std::string(kLower))) {
      complain("expected a key of lower case letters, digits, underscores and dashes, with dots between its parts");
    }
    if (std::find(kReserved.begin(), kReserved.end(), row_.key) != kReserved.end()) {
      complain("expected another key: this one is a flag of the program itself");
    }
    for (const auto& alias : row_.aliases) {
      if (!isKey(alias, std::string(kLower) + std::string(kUpper))) complain("illegal alias " + inQuotes(alias));
    }
    for (const auto& variable : row_.variables) {
      if (!isVariable(variable)) complain("illegal environment variable " + inQuotes(variable));
    }
  }

  void checkDefault() {
    if (!row_.default_text) return;
    const auto value = valueFromText(row_, *row_.default_text);
    if (!value) complain("default: " + value.error().text);
  }

  const Row& row_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> checkTable(std::string_view owner, std::span<const Option> options) {
  return Registry().add(std::string(owner), options);
}

std::vector<std::string> Registry::add(const std::string& owner, std::span<const Option> options) {
  std::vector<std::string> problems;
  Registry table;
  const auto take = [&](Row row) {
    checkClashes(row, table, problems);
    table.append(std::move(row));
  };
  for (const auto& option : options) {
    const auto row = makeRow(owner, option);
    const auto wrong = RowCheck(row).run();
    problems.insert(problems.end(), wrong.begin(), wrong.end());
    take(row);
    if (row.secret) take(fileTwin(row));
  }
  if (problems.empty()) {
    for (const auto& row : table.rows_) append(row);
  }
  problems_.insert(problems_.end(), problems.begin(), problems.end());
  return problems;
}

void Registry::checkClashes(const Row& row, const Registry& table, std::vector<std::string>& problems) const {
  const auto check = [&](const std::string& name, const char* what, Names Registry::* names) {
    for (const auto* registry : {this, &table}) {
      const auto found = (registry->*names).find(name);
      if (found == (registry->*names).end()) continue;
      const auto& other = registry->rows_[found->second];
      problems.push_back(row.owner + ": option " + inQuotes(row.key) + ": " + what + " " + inQuotes(name) +
                         " is taken by option " + inQuotes(other.key) + " of " + other.owner);
      return false;
    }
    return true;
  };
  // The variable clashes wherever the key does: once is enough.
  bool free = check(row.key, "key", &Registry::keys_);
  for (const auto& alias : row.aliases) free = check(alias, "alias", &Registry::keys_) && free;
  for (const auto& variable : row.variables) {
    if (free) check(variable, "environment variable", &Registry::variables_);
  }
}

void Registry::append(Row row) {
  auto names = row.aliases;
  names.push_back(row.key);
  for (const auto& name : names) {
    keys_.emplace(name, rows_.size());
    for (auto dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
      groups_.insert(name.substr(0, dot));
    }
  }
  for (const auto& variable : row.variables) variables_.emplace(variable, rows_.size());
  rows_.push_back(std::move(row));
}

std::size_t Registry::indexOf(std::string_view key) const {
  const auto found = keys_.find(key);
  return found == keys_.end() ? rows_.size() : found->second;
}

const Row* Registry::find(std::string_view key) const {
  const auto index = indexOf(key);
  return index == rows_.size() ? nullptr : &rows_[index];
}

std::string Registry::suggestion(std::string_view name) const {
  std::vector<std::string> names;
  for (const auto& [key, index] : keys_) names.push_back(key);
  const auto best = nearest(name, names);
  const auto* row = find(best);
  return row == nullptr ? "" : row->key;
}

}  // namespace sse::config
