#include "transport/relay/answer_reader.h"

#include <algorithm>
#include <charconv>

namespace sse::relay {
namespace {

constexpr std::string_view kEnd = "\r\n\r\n";

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Calls `each(name, value)` for the header lines; names are in lower case.
template <typename Each>
void forEachHeader(std::string_view head, Each each) {
  head.remove_prefix(std::min(head.find("\r\n") + 2, head.size()));
  while (!head.empty()) {
    const auto line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(line.size() + 2, head.size()));
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) each(lower(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
  }
}

/// The length of the body; nothing where only the end of the connection would tell.
std::optional<std::size_t> lengthOf(std::string_view head, bool& closes) {
  std::optional<std::size_t> length;
  bool coded = false;
  forEachHeader(head, [&](const std::string& name, std::string_view value) {
    if (name == "connection") closes = closes || lower(value).find("close") != std::string::npos;
    if (name == "transfer-encoding") coded = true;
    if (name != "content-length") return;
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc() && end == value.data() + value.size()) length = number;
  });
  if (coded || length.value_or(0) > AnswerReader::kMaxBody) return std::nullopt;
  return length;
}

}  // namespace

std::optional<int> statusOf(std::string_view head) {
  if (!head.starts_with("HTTP/1.") || head.size() < 12 || head[8] != ' ') return std::nullopt;
  int status = 0;
  const auto [end, error] = std::from_chars(head.data() + 9, head.data() + 12, status);
  if (error != std::errc() || end != head.data() + 12 || status < 100 || status > 599) return std::nullopt;
  return status;
}

Result<std::optional<HttpAnswer>> AnswerReader::take(std::string_view bytes) {
  while (!in_body_) {
    head_.append(bytes);
    bytes = {};
    const auto end = head_.find(kEnd);
    if (end == std::string::npos) {
      if (head_.size() > kMaxHead) return Error{Code::TooLarge, "the head of an answer is too large"};
      return std::optional<HttpAnswer>();
    }
    const auto head = std::string_view(head_).substr(0, end + 2);
    const auto status = statusOf(head);
    if (!status) return Error{Code::InvalidArgument, "expected an answer by HTTP/1.1, got another"};
    bool closes = !head.starts_with("HTTP/1.1");
    const auto length = lengthOf(head, closes);
    std::string rest = head_.substr(end + kEnd.size());
    head_.clear();
    if (*status < 200) {
      head_ = std::move(rest);
      continue;
    }
    answer_ = {*status, !closes && length.has_value()};
    body_left_ = length.value_or(0);
    in_body_ = true;
    return takeBody(rest);
  }
  return takeBody(bytes);
}

/// Bytes behind the answer belong to nothing that was asked.
std::optional<HttpAnswer> AnswerReader::takeBody(std::string_view bytes) {
  if (bytes.size() > body_left_) answer_.reusable = false;
  body_left_ -= std::min(bytes.size(), body_left_);
  if (answer_.reusable && body_left_ > 0) return std::nullopt;
  in_body_ = false;
  return answer_;
}

void AnswerReader::reset() {
  head_.clear();
  in_body_ = false;
  body_left_ = 0;
}

}  // namespace sse::relay
