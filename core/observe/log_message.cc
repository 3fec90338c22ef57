#include "observe/log_message.h"

#include <cstddef>

namespace sse::observe {
namespace {

const std::string kId = "id";

std::string keyName(std::size_t i) { return "key" + std::to_string(i); }
std::string valueName(std::size_t i) { return "value" + std::to_string(i); }

Poco::Message::Priority priorityOf(Level level) {
  switch (level) {
    case Level::Debug: return Poco::Message::PRIO_DEBUG;
    case Level::Info: return Poco::Message::PRIO_INFORMATION;
    case Level::Warning: return Poco::Message::PRIO_WARNING;
    case Level::Error: break;
  }
  return Poco::Message::PRIO_ERROR;
}

Level levelOf(Poco::Message::Priority priority) {
  if (priority <= Poco::Message::PRIO_ERROR) return Level::Error;
  if (priority == Poco::Message::PRIO_WARNING) return Level::Warning;
  return priority >= Poco::Message::PRIO_DEBUG ? Level::Debug : Level::Info;
}

}  // namespace

Poco::Message makeMessage(const std::string& component, Level level, std::string_view id, std::string_view text,
                          std::initializer_list<LogField> fields) {
  Poco::Message message(component, std::string(text), priorityOf(level));
  if (!id.empty()) message.set(kId, std::string(id));
  std::size_t i = 0;
  for (const auto& field : fields) {
    message.set(keyName(i), std::string(field.key));
    message.set(valueName(i), field.value);
    ++i;
  }
  return message;
}

LogRecord recordOf(const Poco::Message& message) {
  LogRecord record;
  record.time = std::chrono::system_clock::time_point(std::chrono::microseconds(message.getTime().epochMicroseconds()));
  record.level = levelOf(message.getPriority());
  record.component = message.getSource();
  if (message.has(kId)) record.id = message.get(kId);
  record.text = message.getText();
  for (std::size_t i = 0; message.has(keyName(i)); ++i) {
    record.fields.emplace_back(message.get(keyName(i)), message.get(valueName(i)));
  }
  return record;
}

}  // namespace sse::observe
