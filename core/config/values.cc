#include "config/values.h"

#include <cstdio>
#include <cstdlib>

#include "config/value.h"

namespace sse::config {
namespace {

[[noreturn]] void abortOn(std::string_view key, const char* what) {
  std::fprintf(stderr, "configuration: %.*s: %s\n", static_cast<int>(key.size()), key.data(), what);
  std::abort();
}

/// The place of a dotted key in a tree of objects. Behind a key that has a value itself the rest stays dotted.
nlohmann::json& place(const Registry& registry, nlohmann::json& root, std::string_view key) {
  auto* at = &root;
  std::size_t begin = 0;
  for (auto dot = key.find('.'); dot != std::string_view::npos; dot = key.find('.', dot + 1)) {
    if (registry.find(key.substr(0, dot)) != nullptr) break;
    at = &(*at)[std::string(key.substr(begin, dot - begin))];
    begin = dot + 1;
  }
  return (*at)[std::string(key.substr(begin))];
}

}  // namespace

Values::Values(Registry registry) : registry_(std::move(registry)) {
  for (const auto& row : registry_.rows()) {
    auto value = row.default_text ? valueFromText(row, *row.default_text).value() : nlohmann::json();
    slots_.push_back({std::move(value), "default"});
  }
}

bool Values::boolean(std::string_view key) const { return typed(key, OptionType::Boolean).get<bool>(); }

std::int64_t Values::integer(std::string_view key) const { return typed(key, OptionType::Integer).get<std::int64_t>(); }

std::chrono::milliseconds Values::duration(std::string_view key) const {
  return std::chrono::milliseconds(typed(key, OptionType::Duration).get<std::int64_t>());
}

std::size_t Values::size(std::string_view key) const { return typed(key, OptionType::Size).get<std::size_t>(); }

std::string Values::string(std::string_view key) const {
  return has(key) ? typed(key, OptionType::String).get<std::string>() : std::string();
}

std::vector<std::string> Values::list(std::string_view key) const {
  return has(key) ? typed(key, OptionType::List).get<std::vector<std::string>>() : std::vector<std::string>();
}

std::string Values::settingsJson(std::string_view owner) const {
  auto settings = nlohmann::json::object();
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const auto& row = registry_.rows()[i];
    if (row.owner == owner) settings[row.key] = slots_[i].value;
  }
  return settings.dump();
}

nlohmann::json Values::redacted() const {
  auto tree = nlohmann::json::object();
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const auto& row = registry_.rows()[i];
    if (slots_[i].value.is_null()) continue;
    place(registry_, tree, row.key) = row.secret ? nlohmann::json("***") : asWritten(row, slots_[i].value);
  }
  return tree;
}

std::vector<std::string> Values::needRestart(const Values& next) const {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const auto& row = registry_.rows()[i];
    if (!row.reload && slots_[i].value != next.slots_[i].value) keys.push_back(row.key);
  }
  return keys;
}

void Values::set(std::size_t index, nlohmann::json value, std::string source) {
  slots_[index] = {std::move(value), std::move(source)};
}

const Values::Slot& Values::slot(std::string_view key) const {
  const auto index = registry_.indexOf(key);
  if (index == registry_.rows().size()) abortOn(key, "asked for an option that is in no table");
  return slots_[index];
}

const nlohmann::json& Values::typed(std::string_view key, OptionType type) const {
  const auto& value = slot(key).value;
  if (registry_.find(key)->type != type) abortOn(key, "asked for as another type than its table says");
  if (value.is_null()) abortOn(key, "asked for a value that is not there; ask has() first");
  return value;
}

}  // namespace sse::config
