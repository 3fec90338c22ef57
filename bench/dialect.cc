#include "bench/dialect.h"

#include <algorithm>
#include <charconv>

namespace sse::bench {

std::string_view nameOf(ServerKind kind) {
  switch (kind) {
    case ServerKind::Floor: return "floor";
    case ServerKind::Nchan: return "nchan";
    case ServerKind::Ours: return "ours";
  }
  return "?";
}

std::string subscribeRequest(size_t channel, std::string_view last_event_id) {
  std::string request =
      "GET /subscribe/" + std::to_string(channel) + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n";
  if (!last_event_id.empty()) request.append("Last-Event-ID: ").append(last_event_id).append("\r\n");
  return request + "\r\n";
}

PublishRequests::PublishRequests(ServerKind kind, size_t size, std::string_view headers)
    : digits_from_end_(kMarkerDigits + 1) {
  const size_t fixed = kMarkerDigits + 3;  // quotes and marker
  std::string body = '"' + std::string(std::max(size, fixed) - fixed, 'x') + kMarker;
  body.append(kMarkerDigits, '0').append("\"");
  if (kind == ServerKind::Ours) {
    body = "{\"data\":" + body + "}";
    digits_from_end_ += 1;
  }
  rest_ = " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
          std::to_string(body.size()) + "\r\n" + std::string(headers) + "\r\n" + body;
}

void PublishRequests::append(std::string& out, size_t channel, uint64_t sequence) const {
  char number[24];
  const auto length = std::to_chars(number, number + sizeof number, channel).ptr - number;
  out.append("POST /publish/").append(number, static_cast<size_t>(length)).append(rest_);
  for (size_t at = out.size() - digits_from_end_ + kMarkerDigits; sequence != 0; sequence /= 10) {
    out[--at] = static_cast<char>('0' + sequence % 10);
  }
}

}  // namespace sse::bench
