#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "sse/result.h"

namespace sse::relay {

/// What a request over HTTP/1.1 was answered with.
struct HttpAnswer {
  int status = 0;
  bool reusable = false;  ///< another request may follow on the connection
};

/// The status in the first line of an answer by HTTP/1.x, from 100 to 599; nothing where it is none. [any]
std::optional<int> statusOf(std::string_view head);

/// Finds the ends of HTTP/1.1 answers in the bytes of a connection and throws their bodies away. An answer whose length
/// is not in its head ends with it and leaves the connection unusable. Owned by its connection's user. Holds at most
/// kMaxHead bytes.
class AnswerReader {
 public:
  static constexpr std::size_t kMaxHead = std::size_t{16} << 10;
  static constexpr std::size_t kMaxBody = std::size_t{1} << 20;  ///< a longer one is not waited for

  /// Takes the next bytes: an answer once it is whole, nothing before; an error where they are no HTTP. [owner]
  Result<std::optional<HttpAnswer>> take(std::string_view bytes);

  /// Forgets what came: another connection begins. [owner]
  void reset();

 private:
  std::optional<HttpAnswer> takeBody(std::string_view bytes);

  std::string head_;
  HttpAnswer answer_;
  bool in_body_ = false;
  std::size_t body_left_ = 0;
};

}  // namespace sse::relay
