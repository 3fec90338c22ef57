#include "observe/log_format.h"

#include <array>
#include <cstddef>
#include <cstdio>
#include <ctime>

#include "base/check.h"

namespace sse::observe {
namespace {

constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warning", "error"};
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string isoTime(std::chrono::system_clock::time_point time) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
  const auto part = static_cast<int>(((ms % 1000) + 1000) % 1000);
  const auto seconds = static_cast<std::time_t>((ms - part) / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text.data() + length, text.size() - length, ".%03dZ", part);
  return text.data();
}

/// Length of the well-formed UTF-8 sequence at the start of `text`; 0 where there is none.
std::size_t sequenceLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length == 0 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  }
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool outside = (first == 0xED && byte(1) > 0x9F) || (first == 0xF4 && byte(1) > 0x8F);
  return overlong || outside ? 0 : length;
}

void appendControl(std::string& out, unsigned code) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "\\u%04x", code);
  out += text.data();
}

void appendAscii(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  const auto code = static_cast<unsigned char>(c);
  if (code < 0x20 || code == 0x7F) {
    appendControl(out, code);
  } else {
    out += c;
  }
}

std::string quoted(std::string_view text) { return '"' + escaped(text) + '"'; }

/// A value that can stand in a text line without quotes.
bool plain(std::string_view value) {
  return !value.empty() &&
         value.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,:/@%+*~[]") ==
             std::string_view::npos;
}

std::string textLine(const LogRecord& record) {
  std::string line = isoTime(record.time);
  line.append(" ").append(levelName(record.level)).append(" ").append(escaped(record.component));
  if (!record.id.empty()) line.append(" ").append(escaped(record.id));
  line.append(": ").append(escaped(record.text));
  for (const auto& [key, value] : record.fields) {
    line.append(" ").append(escaped(key)).append("=").append(plain(value) ? value : quoted(value));
  }
  return line;
}

std::string jsonLine(const LogRecord& record) {
  std::string line = R"({"time":")" + isoTime(record.time) + R"(","level":")";
  line.append(levelName(record.level)).append(R"(","component":)").append(quoted(record.component));
  if (!record.id.empty()) line.append(R"(,"id":)").append(quoted(record.id));
  line.append(R"(,"text":)").append(quoted(record.text));
  if (!record.fields.empty()) {
    std::string separator = R"(,"fields":{)";
    for (const auto& [key, value] : record.fields) {
      line.append(separator).append(quoted(key)).append(":").append(quoted(value));
      separator = ",";
    }
    line += '}';
  }
  return line + '}';
}

}  // namespace

std::string_view levelName(Level level) { return kLevels.at(static_cast<std::size_t>(level)); }

Level levelOf(std::string_view word) {
  std::size_t found = 0;
  while (found < kLevels.size() && kLevels[found] != word) ++found;
  SSE_CHECK(found < kLevels.size());
  return static_cast<Level>(found);
}

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = sequenceLength(text);
    const auto second = length == 2 ? static_cast<unsigned char>(text[1]) : 0U;
    if (length == 0) {
      out += kReplacement;
    } else if (length == 1) {
      appendAscii(out, text[0]);
    } else if (text[0] == '\xC2' && second < 0xA0) {
      appendControl(out, second);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string formatLine(LogFormat format, const LogRecord& record) {
  return format == LogFormat::Json ? jsonLine(record) : textLine(record);
}

}  // namespace sse::observe
