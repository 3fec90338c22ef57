#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "config/registry.h"

namespace sse::config {

/// The checked value of every row of a registry, and where it came from. Made by `load`; immutable afterwards, so any
/// thread may read it. A getter aborts, naming the key, where the key is no row's or of another type: that is a fault
/// of the caller, not of the configuration.
class Values {
 public:
  Values() = default;

  /// Starts with the defaults of all rows.
  explicit Values(Registry registry);

  /// Whether there is a value; an empty text and an empty list are none. [any]
  [[nodiscard]] bool has(std::string_view key) const { return !slot(key).value.is_null(); }
  [[nodiscard]] bool boolean(std::string_view key) const;                        ///< [any]
  [[nodiscard]] std::int64_t integer(std::string_view key) const;                ///< [any]
  [[nodiscard]] std::chrono::milliseconds duration(std::string_view key) const;  ///< [any]
  [[nodiscard]] std::size_t size(std::string_view key) const;                    ///< bytes. [any]
  [[nodiscard]] std::string string(std::string_view key) const;                  ///< empty: no value. [any]
  [[nodiscard]] std::vector<std::string> list(std::string_view key) const;       ///< empty: no value. [any]

  /// "command line", "environment HTTP_PORT", "file x.json:12" or "default". [any]
  [[nodiscard]] std::string_view source(std::string_view key) const { return slot(key).source; }

  /// The text for sse::Settings: an object with the value of each row of `owner`, null where there is none. [any]
  [[nodiscard]] std::string settingsJson(std::string_view owner) const;

  /// All values as the tree of a configuration file, secrets as "***", without what has no value. A key that is also
  /// the beginning of others is a group; its own value and its members stand side by side, the latter dotted. [any]
  [[nodiscard]] nlohmann::json redacted() const;

  /// Keys whose value is another in `next`, of the same registry, and which do not reload. [any]
  [[nodiscard]] std::vector<std::string> needRestart(const Values& next) const;

  [[nodiscard]] const Registry& registry() const { return registry_; }  ///< [any]

  /// Puts a checked value in the place of row `index`'s. Only for `load`.
  void set(std::size_t index, nlohmann::json value, std::string source);

 private:
  struct Slot {
    nlohmann::json value;
    std::string source;
  };

  const Slot& slot(std::string_view key) const;
  const nlohmann::json& typed(std::string_view key, OptionType type) const;

  Registry registry_;
  std::vector<Slot> slots_;  ///< one for each row
};

}  // namespace sse::config
