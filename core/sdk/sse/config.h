#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace sse {

/// Typed access to the JSON text that `Plugin::configure` gets. The kernel has checked every value against the option
/// table, so asking for a key by the type of its row cannot fail; another key or type aborts with its name.
class Settings {
 public:
  explicit Settings(std::string_view json) : values_(nlohmann::json::parse(json)) {}

  [[nodiscard]] bool has(const char* key) const { return !values_.at(key).is_null(); }
  [[nodiscard]] bool boolean(const char* key) const { return values_.at(key).get<bool>(); }
  [[nodiscard]] std::int64_t integer(const char* key) const { return values_.at(key).get<std::int64_t>(); }
  [[nodiscard]] std::chrono::milliseconds duration(const char* key) const {
    return std::chrono::milliseconds(values_.at(key).get<std::int64_t>());
  }
  [[nodiscard]] std::size_t size(const char* key) const { return values_.at(key).get<std::size_t>(); }
  /// Empty where there is no value.
  [[nodiscard]] std::string string(const char* key) const {
    return has(key) ? values_.at(key).get<std::string>() : std::string();
  }
  /// Empty where there is no value.
  [[nodiscard]] std::vector<std::string> list(const char* key) const {
    return has(key) ? values_.at(key).get<std::vector<std::string>>() : std::vector<std::string>();
  }

 private:
  nlohmann::json values_;
};

}  // namespace sse
