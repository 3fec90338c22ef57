#include "http/response.h"

#include <array>
#include <charconv>
#include <cstdint>

#include "base/json_text.h"

namespace sse::http {
namespace {

void appendNumber(std::string& out, std::uint64_t number) {
  std::array<char, 20> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  out.append(text.data(), end);
}

void appendLine(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  const auto start = out.size();
  out.append(value);
  for (auto i = start; i < out.size(); ++i) {
    if (out[i] == '\r' || out[i] == '\n' || out[i] == '\0') out[i] = ' ';
  }
  out.append("\r\n");
}

void appendPadded(std::string& out, long long number, int width) {
  auto text = std::to_string(number);
  if (text.size() < static_cast<std::size_t>(width)) text.insert(0, static_cast<std::size_t>(width) - text.size(), '0');
  out += text;
}

}  // namespace

std::string_view reasonPhrase(int status) {
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 207: return "Multi-Status";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

void appendHead(std::string& out, int status, int minor, bool keep_alive, std::string_view date,
                std::string_view content_type, std::optional<std::size_t> length, std::span<const Header> extra) {
  out += "HTTP/1.1 ";
  appendNumber(out, static_cast<std::uint64_t>(status));
  out.append(" ").append(reasonPhrase(status)).append("\r\n");
  if (!date.empty()) appendLine(out, "Date", date);
  if (!content_type.empty()) appendLine(out, "Content-Type", content_type);
  if (length) {
    out += "Content-Length: ";
    appendNumber(out, *length);
    out += "\r\n";
  }
  if (!keep_alive) out += "Connection: close\r\n";
  if (keep_alive && minor == 0) out += "Connection: keep-alive\r\n";
  for (const auto& [name, value] : extra) appendLine(out, name, value);
  out += "\r\n";
}

std::string problemJson(int status, std::string_view detail) {
  std::string out = "{\"title\":";
  base::appendJsonString(out, reasonPhrase(status));
  out += ",\"status\":";
  appendNumber(out, static_cast<std::uint64_t>(status));
  out += ",\"detail\":";
  base::appendJsonString(out, detail);
  out += '}';
  return out;
}

std::string httpDate(std::time_t when) {
  static constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  std::tm at{};
  gmtime_r(&when, &at);
  std::string out;
  out.append(kDays.substr(static_cast<std::size_t>(at.tm_wday) * 3, 3)).append(", ");
  appendPadded(out, at.tm_mday, 2);
  out.append(" ").append(kMonths.substr(static_cast<std::size_t>(at.tm_mon) * 3, 3)).append(" ");
  appendPadded(out, at.tm_year + 1900, 4);
  out += ' ';
  appendPadded(out, at.tm_hour, 2);
  out += ':';
  appendPadded(out, at.tm_min, 2);
  out += ':';
  appendPadded(out, at.tm_sec, 2);
  out += " GMT";
  return out;
}

}  // namespace sse::http
