#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/row.h"

namespace sse::config {

/// Every option that is known, from all tables. A value type: kernel and tools build one and read it; each thread may
/// have its own copy. Always holds: no two rows share a key, an alias or an environment variable, and every default is
/// a legal value of its row.
class Registry {
 public:
  /// Takes over a table, with a twin `<key>_file` for each secret; or, where anything is wrong with it, nothing of it.
  /// Returns what is wrong, one text each, and keeps it for `problems`. [owner]
  std::vector<std::string> add(const std::string& owner, std::span<const Option> options);

  /// What was wrong with the tables that were not taken. [owner]
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

  /// In the order of the tables; a twin follows its secret. [owner]
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

  /// The row with this key or alias; nullptr: none. Ends with the next `add`. [owner]
  [[nodiscard]] const Row* find(std::string_view key) const;

  /// The index in `rows` of the row with this key or alias; `rows().size()`: none. [owner]
  [[nodiscard]] std::size_t indexOf(std::string_view key) const;

  /// Whether some key or alias is `path`, a dot and more. [owner]
  [[nodiscard]] bool isGroup(std::string_view path) const { return groups_.contains(path); }

  /// The key that `name` was probably meant to be; empty: no idea. [owner]
  [[nodiscard]] std::string suggestion(std::string_view name) const;

 private:
  using Names = std::map<std::string, std::size_t, std::less<>>;

  void checkClashes(const Row& row, const Registry& table, std::vector<std::string>& problems) const;
  void append(Row row);

  std::vector<Row> rows_;
  Names keys_;       ///< with aliases
  Names variables_;  ///<
  std::set<std::string, std::less<>> groups_;
  std::vector<std::string> problems_;
};

/// What is wrong with a table taken by itself: keys, aliases, help, ranges, choices, defaults. Empty: nothing.
std::vector<std::string> checkTable(std::string_view owner, std::span<const Option> options);

}  // namespace sse::config
