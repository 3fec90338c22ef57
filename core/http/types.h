#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sse/header.h"

/// HTTP as values: bytes in, values out. Nothing in this room knows a socket, a thread or a clock; every free function
/// and every const method may be called from any thread.
namespace sse::http {

/// What a parser says of the bytes it was given.
enum class Parse : std::uint8_t {
  NeedMore,  ///< fine so far, and not complete
  Done,      ///< complete; `consumed` says how many bytes
  Bad,       ///< refused; the Problem says what to answer, then the connection closes
};

/// What to answer when the bytes are bad.
struct Problem {
  int status = 0;      ///< of HTTP; 0: there is no problem
  std::string detail;  ///< for people: what was expected, what was found
};

using sse::sameWithoutCase;
/// Auth plugins see the lines of a request as they are.
using Header = HeaderLine;

enum class Method : std::uint8_t { Get, Head, Post, Put, Delete, Options, Patch, Other };
inline constexpr std::size_t kMethods = 8;

/// Sets `problem` and says Bad.
inline Parse refuse(Problem& problem, int status, std::string_view detail) {
  problem.status = status;
  problem.detail = detail;
  return Parse::Bad;
}

/// The value of a hexadecimal digit, -1 when `c` is none.
[[nodiscard]] inline int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace sse::http
