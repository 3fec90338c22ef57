#include "auth/webhook/http_answer.h"

#include <Poco/Net/MessageHeader.h>
#include <algorithm>
#include <charconv>
#include <sstream>

#include "sse/header.h"

namespace sse::webhook {
namespace {

constexpr std::size_t kMaxLine = 1024;

Error tooLarge(const char* what, std::size_t limit) {
  return {Code::TooLarge, std::string(what) + ": expected at most " + std::to_string(limit) + " bytes"};
}

/// A length is a whole number and nothing else; nothing where it is none.
std::optional<std::uint64_t> numberOf(std::string_view text, int base) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// `HTTP/1.x NNN …`; nothing where it is something else.
std::optional<int> statusOf(std::string_view head) {
  const auto line = head.substr(0, head.find("\r\n"));
  if (line.size() < 12 || !line.starts_with("HTTP/1.") || line[8] != ' ' || (line.size() > 12 && line[12] != ' ')) {
    return std::nullopt;
  }
  const auto status = numberOf(line.substr(9, 3), 10);
  if (!status || *status < 100 || *status > 599) return std::nullopt;
  return static_cast<int>(*status);
}

}  // namespace

Result<std::optional<HttpAnswer>> AnswerReader::take(std::string_view bytes) {
  begun_ = begun_ || !bytes.empty();
  rest_ += bytes;
  for (;;) {
    const auto more = step();
    if (!more.ok()) return more.error();
    if (whole_) {
      // Bytes behind the answer belong to nothing that was asked.
      answer_.reusable = answer_.reusable && rest_.empty();
      return std::optional(std::move(answer_));
    }
    if (!*more) return std::optional<HttpAnswer>();
  }
}

Result<HttpAnswer> AnswerReader::end() {
  if (part_ == Part::UntilEnd) return std::move(answer_);
  return Error{Code::Unavailable, begun_ ? "the answer broke off" : "the connection was closed without an answer"};
}

/// Whether it may go on at once.
Result<bool> AnswerReader::step() {
  switch (part_) {
    case Part::Head: return readHead();
    case Part::Length:
    case Part::UntilEnd:
    case Part::Chunk: return moveBody();
    case Part::ChunkSize: return readChunkSize();
    case Part::ChunkEnd: return readChunkEnd();
    case Part::Trailer: return readTrailer();
  }
  return false;
}

Result<bool> AnswerReader::readHead() {
  const auto end = rest_.find("\r\n\r\n");
  // Of the end that is not whole three bytes may be there.
  if (std::min(end, rest_.size() - std::min<std::size_t>(rest_.size(), 3)) > kMaxHead) {
    return tooLarge("head of the answer", kMaxHead);
  }
  if (end == std::string::npos) return false;
  const Error unknown{Code::InvalidArgument, "expected an answer by HTTP/1.1, got something else"};
  const auto status = statusOf(rest_);
  if (!status) return unknown;
  Poco::Net::MessageHeader head;
  try {
    std::istringstream in(rest_.substr(rest_.find('\n') + 1, end + 4));
    head.read(in);
  } catch (const std::exception&) {
    return unknown;
  }
  const bool persistent = rest_.starts_with("HTTP/1.1");
  rest_.erase(0, end + 4);
  if (*status < 200) return true;
  answer_.status = *status;
  answer_.cache_control = head.get("Cache-Control", "");
  answer_.reusable = persistent && !sameWithoutCase(head.get("Connection", ""), "close");
  if (head.has("Transfer-Encoding")) {
    part_ = Part::ChunkSize;
    if (sameWithoutCase(head.get("Transfer-Encoding"), "chunked")) return true;
    return Error{Code::InvalidArgument, "transfer-encoding: expected chunked"};
  }
  return head.has("Content-Length") ? beginLength(head.get("Content-Length")) : beginUnknown();
}

Result<bool> AnswerReader::beginLength(std::string_view text) {
  const auto length = numberOf(text, 10);
  if (!length) return Error{Code::InvalidArgument, "content-length: expected a whole number"};
  if (*length > kMaxBody) return tooLarge("answer", kMaxBody);
  left_ = *length;
  part_ = Part::Length;
  return true;
}

bool AnswerReader::beginUnknown() {
  const bool none = answer_.status == 204 || answer_.status == 304;
  answer_.reusable = answer_.reusable && none;
  part_ = none ? Part::Length : Part::UntilEnd;
  return true;
}

/// The next line without its end; nothing where it is not whole. It stays in `rest_`.
Result<std::optional<std::string_view>> AnswerReader::line() const {
  const auto end = rest_.find("\r\n");
  const auto size = end == std::string::npos ? rest_.size() - (rest_.ends_with('\r') ? 1 : 0) : end;
  if (size > kMaxLine) return tooLarge("line of the answer", kMaxLine);
  if (end == std::string::npos) return std::optional<std::string_view>();
  return std::optional(std::string_view(rest_).substr(0, end));
}

Result<bool> AnswerReader::readChunkSize() {
  const auto text = line();
  if (!text.ok()) return text.error();
  if (!*text) return false;
  auto digits = (*text)->substr(0, (*text)->find(';'));
  while (digits.ends_with(' ')) digits.remove_suffix(1);
  const auto size = numberOf(digits, 16);
  if (!size) return Error{Code::InvalidArgument, "expected the size of a chunk, got something else"};
  if (*size > kMaxBody) return tooLarge("answer", kMaxBody);
  rest_.erase(0, (*text)->size() + 2);
  left_ = *size;
  part_ = *size == 0 ? Part::Trailer : Part::Chunk;
  return true;
}

Result<bool> AnswerReader::readChunkEnd() {
  if (rest_.size() < 2) return false;
  if (!rest_.starts_with("\r\n")) return Error{Code::InvalidArgument, "expected the end of a chunk, got more"};
  rest_.erase(0, 2);
  part_ = Part::ChunkSize;
  return true;
}

Result<bool> AnswerReader::readTrailer() {
  const auto text = line();
  if (!text.ok()) return text.error();
  if (!*text) return false;
  whole_ = (*text)->empty();
  rest_.erase(0, (*text)->size() + 2);
  return true;
}

Result<bool> AnswerReader::moveBody() {
  const auto take = part_ == Part::UntilEnd ? rest_.size() : std::min<std::uint64_t>(left_, rest_.size());
  answer_.body.append(rest_, 0, take);
  rest_.erase(0, take);
  if (answer_.body.size() > kMaxBody) return tooLarge("answer", kMaxBody);
  if (part_ == Part::UntilEnd) return false;
  left_ -= take;
  if (left_ > 0) return false;
  whole_ = part_ == Part::Length;
  part_ = Part::ChunkEnd;
  return true;
}

}  // namespace sse::webhook
