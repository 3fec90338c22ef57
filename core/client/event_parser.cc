#include "client/event_parser.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sse::client {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::optional<std::uint32_t> parseRetry(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<void> EventParser::feed(std::string_view bytes, const Sink& sink) {
  while (!bytes.empty()) {
    if (std::exchange(after_return_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const auto end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    if (line_.size() + data_.size() + end > kMaxBytes) {
      return Error{Code::TooLarge, "stream: expected events of at most " + std::to_string(kMaxBytes) + " bytes"};
    }
    line_ += bytes.substr(0, end);
    if (end == bytes.size()) break;
    after_return_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    endLine(sink);
  }
  return {};
}

void EventParser::restart() {
  line_.clear();
  first_line_ = true;
  after_return_ = false;
  data_.clear();
  event_.clear();
  // The letter of the standard empties the id here, which would make the next reconnect start at the head.
  id_ = last_event_id_;
}

void EventParser::endLine(const Sink& sink) {
  std::string_view line = line_;
  if (std::exchange(first_line_, false) && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  if (line.empty()) {
    dispatch(sink);
  } else if (const auto colon = line.find(':'); colon == std::string_view::npos) {
    field(line, "");
  } else {
    auto value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    field(line.substr(0, colon), value);
  }
  line_.clear();
}

void EventParser::field(std::string_view name, std::string_view value) {
  if (name == "data") {
    data_ += value;
    data_ += '\n';
  } else if (name == "event") {
    event_ = value;
  } else if (name == "id") {
    if (value.find('\0') == std::string_view::npos) id_ = value;
  } else if (name == "retry") {
    if (const auto retry = parseRetry(value)) retry_ms_ = retry;
  }
}

void EventParser::dispatch(const Sink& sink) {
  last_event_id_ = id_;
  auto event = std::exchange(event_, {});
  auto data = std::exchange(data_, {});
  if (data.empty()) return;
  data.pop_back();
  sink({id_, event.empty() ? "message" : std::move(event), std::move(data)});
}

}  // namespace sse::client
