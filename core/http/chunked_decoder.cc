#include "http/chunked_decoder.h"

#include <algorithm>

namespace sse::http {
Parse ChunkedDecoder::feed(std::string_view bytes, std::size_t limit, std::string& body, std::size_t& consumed,
                           Problem& problem) {
  consumed = 0;
  while (consumed < bytes.size()) {
    if (state_ == State::Data) {
      const auto piece = bytes.substr(consumed, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
      body.append(piece);
      consumed += piece.size();
      left_ -= piece.size();
      if (left_ == 0) state_ = State::DataReturn;
      continue;
    }
    const auto found = step(bytes[consumed++], limit, problem);
    if (found == Parse::Done) *this = ChunkedDecoder();
    if (found != Parse::NeedMore) return found;
  }
  return Parse::NeedMore;
}

Parse ChunkedDecoder::step(char c, std::size_t limit, Problem& problem) {
  switch (state_) {
    case State::Size: return sizeDigit(c, problem);
    case State::Extension: return aside(c, State::SizeEnd, problem);
    case State::SizeEnd: return c == '\n' ? sizeEnd(limit, problem) : expect(false, state_, problem);
    case State::DataReturn: return expect(c == '\r', State::DataEnd, problem);
    case State::DataEnd: return expect(c == '\n', State::Size, problem);
    case State::Trailer:
      if (c == '\r') return expect(true, State::LastEnd, problem);
      state_ = State::TrailerText;
      return aside(c, State::TrailerEnd, problem);
    case State::TrailerText: return aside(c, State::TrailerEnd, problem);
    case State::TrailerEnd: return expect(c == '\n', State::Trailer, problem);
    case State::LastEnd: return c == '\n' ? Parse::Done : expect(false, state_, problem);
    case State::Data: break;
  }
  return Parse::NeedMore;
}

Parse ChunkedDecoder::sizeDigit(char c, Problem& problem) {
  if (const int digit = hexDigit(c); digit >= 0) {
    if (++digits_ > kMaxSizeDigits) return refuse(problem, 400, "chunk size: expected at most 16 digits");
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    return Parse::NeedMore;
  }
  if (digits_ == 0 || (c != '\r' && c != ';')) {
    return refuse(problem, 400, "chunk size: expected hexadecimal digits and CR LF");
  }
  state_ = c == '\r' ? State::SizeEnd : State::Extension;
  return Parse::NeedMore;
}

Parse ChunkedDecoder::sizeEnd(std::size_t limit, Problem& problem) {
  digits_ = 0;
  if (left_ > limit || total_ > limit - left_) {
    return refuse(problem, 413, "body: expected at most " + std::to_string(limit) + " bytes (limits.body), got more");
  }
  total_ += left_;
  state_ = left_ == 0 ? State::Trailer : State::Data;
  return Parse::NeedMore;
}

Parse ChunkedDecoder::aside(char c, State at_return, Problem& problem) {
  if (c == '\r') return expect(true, at_return, problem);
  const auto byte = static_cast<unsigned char>(c);
  if ((byte < 0x20 && c != '\t') || byte == 0x7F) {
    return refuse(problem, 400, "chunk extension or trailer: expected no control characters");
  }
  if (++aside_ > kMaxAside) return refuse(problem, 400, "chunk extensions and trailers: expected at most 8192 bytes");
  return Parse::NeedMore;
}

Parse ChunkedDecoder::expect(bool as_expected, State next, Problem& problem) {
  if (!as_expected) return refuse(problem, 400, "chunk: expected CR LF at its end");
  state_ = next;
  return Parse::NeedMore;
}

}  // namespace sse::http
