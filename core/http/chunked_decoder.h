#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/types.h"

namespace sse::http {

/// Takes a chunked body apart, piece by piece as it arrives. Owned by its connection and used again: after Done it
/// stands before the next body. Chunk extensions and trailers are skipped; both together are at most kMaxAside bytes of
/// one body, so that a sender cannot keep us busy with nothing. Lines end in CRLF and nothing else.
class ChunkedDecoder {
 public:
  static constexpr std::size_t kMaxAside = 8192;
  static constexpr std::size_t kMaxSizeDigits = 16;

  /// Appends the data in `bytes` to `body`. `consumed` is what was used of `bytes`: all of them on NeedMore, up to the
  /// end of this body on Done. Bad: 413 when the data would exceed `limit` bytes (known from the chunk's size, before
  /// its data), else 400. Give the same `limit` throughout a body.
  Parse feed(std::string_view bytes, std::size_t limit, std::string& body, std::size_t& consumed, Problem& problem);

 private:
  enum class State : std::uint8_t {
    Size,        // digits of a chunk's size
    Extension,   // behind ';'
    SizeEnd,     // LF behind the size's line
    Data,        //
    DataReturn,  // CR behind the data
    DataEnd,     // LF behind the data
    Trailer,     // at the first byte of a line behind the last chunk
    TrailerText,
    TrailerEnd,  // LF behind a trailer
    LastEnd,     // LF behind the empty line
  };

  Parse step(char c, std::size_t limit, Problem& problem);
  Parse sizeDigit(char c, Problem& problem);
  Parse sizeEnd(std::size_t limit, Problem& problem);
  Parse aside(char c, State at_return, Problem& problem);
  Parse expect(bool as_expected, State next, Problem& problem);

  State state_ = State::Size;
  std::size_t digits_ = 0;
  std::size_t aside_ = 0;
  std::uint64_t left_ = 0;   // of this chunk
  std::uint64_t total_ = 0;  // of this body, with this chunk
};

}  // namespace sse::http
