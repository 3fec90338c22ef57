#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "sse/build_id.h"

namespace sse {

enum class Level : std::uint8_t { Debug, Info, Warning, Error };

/// A named value beside a log line's text.
struct LogField {
  std::string_view key;
  std::string value;
};

/// Where a component's log lines go; the component's name is added by the host. Never blocks: a full queue drops and
/// counts. Nothing is logged per event or per subscriber.
class SSE_PUBLIC Logger {
 public:
  virtual ~Logger() = default;

  /// One line. `id` is stable, listed in docs/operations.md for warnings and errors ("relay-link-lost"); `text` is for
  /// people, lower case. [any]
  virtual void write(Level level, std::string_view id, std::string_view text,
                     std::initializer_list<LogField> fields = {}) = 0;

  /// Whether lines of this level are kept: spares building costly ones. [any]
  [[nodiscard]] virtual bool enabled(Level level) const = 0;
};

}  // namespace sse
