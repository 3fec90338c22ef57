#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "sse/log.h"

namespace sse::conformance {

/// Keeps what is logged. [any]
class FakeLogger final : public Logger {
 public:
  struct Line {
    Level level;
    std::string id;
    std::string text;
    std::map<std::string, std::string> fields;
  };

  void write(Level level, std::string_view id, std::string_view text, std::initializer_list<LogField> fields) override {
    Line line{level, std::string(id), std::string(text), {}};
    for (const auto& field : fields) line.fields[std::string(field.key)] = field.value;
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }
  [[nodiscard]] bool enabled(Level) const override { return true; }

  [[nodiscard]] std::vector<Line> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

  /// The lines with this id.
  [[nodiscard]] std::vector<Line> lines(std::string_view id) const {
    std::vector<Line> found;
    for (auto& line : lines()) {
      if (line.id == id) found.push_back(std::move(line));
    }
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

}  // namespace sse::conformance
