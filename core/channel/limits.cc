#include "channel/limits.h"

namespace sse::channel {

Limits Limits::from(const Settings& settings) {
  Limits out;
  out.history_events = static_cast<std::size_t>(settings.integer("history.max_events"));
  out.history_bytes = settings.size("history.max_bytes");
  out.history_age_ms = settings.duration("history.max_age").count();
  out.budget = settings.size("history.budget");
  out.backlog_events = static_cast<std::size_t>(settings.integer("stream.backlog_events"));
  out.backlog_bytes = settings.size("stream.backlog_bytes");
  out.channels = static_cast<std::size_t>(settings.integer("limits.channels"));
  return out;
}

}  // namespace sse::channel
