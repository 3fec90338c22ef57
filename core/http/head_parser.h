#pragma once

#include <cstddef>
#include <string_view>

#include "http/head.h"
#include "http/types.h"

namespace sse::http {

/// Parses request heads: the grammar by Boost.Beast, and a gate of our own for what Beast lets through and a proxy in
/// front of us might read in another way. Keeps nothing between calls.
///
/// Refused with 400 unless said otherwise: folded lines, bare CR or LF, control characters, white space before a colon,
/// no Host in HTTP/1.1, two of them or a malformed one, two or malformed Content-Length, Transfer-Encoding together
/// with Content-Length or in HTTP/1.0, other than exactly `chunked` (501), targets that are neither a path, an http(s)
/// URL nor
/// `*` for OPTIONS, other expectations than 100-continue (417), versions other than 1.0 and 1.1 (505), more than
/// Head::kMaxHeaders headers (431). One CRLF before the request line is skipped.
class HeadParser {
 public:
  /// `bytes` begin with the first byte of the request and may go on beyond its head. A head is at most `limit` bytes;
  /// beyond: 414 when not even the request line fits, else 431. Most heads that can only be refused are refused before
  /// they are complete.
  /// Done: `into` and `consumed` (the head's bytes, the body begins there) are set. Bad: `problem` is set.
  static Parse parse(std::string_view bytes, std::size_t limit, Head& into, std::size_t& consumed, Problem& problem);
};

}  // namespace sse::http
