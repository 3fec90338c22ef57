#pragma once

#include <Poco/Message.h>
#include <initializer_list>
#include <string>
#include <string_view>

#include "observe/log_format.h"
#include "sse/log.h"

namespace sse::observe {

/// A log line as Poco's channels carry it: source, priority and text, with id and fields as numbered parameters, since
/// a Poco message cannot list its parameters. Its time is now. [any]
Poco::Message makeMessage(const std::string& component, Level level, std::string_view id, std::string_view text,
                          std::initializer_list<LogField> fields);

/// What `makeMessage` was given. [any]
LogRecord recordOf(const Poco::Message& message);

}  // namespace sse::observe
