#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sse/result.h"

namespace sse::webhook {

/// What a question was answered with.
struct HttpAnswer {
  int status = 0;
  std::string cache_control;
  std::string body;
  bool reusable = false;  ///< another question may follow on the connection
};

/// Finds the answer to one question in the bytes of a connection. Holds at most kMaxHead and kMaxBody. Owned by its
/// connection. [owner]
class AnswerReader {
 public:
  static constexpr std::size_t kMaxHead = std::size_t{16} << 10U;
  static constexpr std::size_t kMaxBody = std::size_t{64} << 10U;

  /// Takes the next bytes: the answer once it is whole, nothing before; an error where they are none.
  Result<std::optional<HttpAnswer>> take(std::string_view bytes);
  /// The connection has ended: the answer, where that is what it ends with.
  Result<HttpAnswer> end();
  /// Something has come.
  [[nodiscard]] bool begun() const { return begun_; }

 private:
  enum class Part : std::uint8_t { Head, Length, UntilEnd, ChunkSize, Chunk, ChunkEnd, Trailer };

  Result<bool> step();
  Result<bool> readHead();
  Result<bool> beginLength(std::string_view text);
  bool beginUnknown();
  Result<bool> readChunkSize();
  Result<bool> readChunkEnd();
  Result<bool> readTrailer();
  [[nodiscard]] Result<std::optional<std::string_view>> line() const;
  Result<bool> moveBody();

  Part part_ = Part::Head;
  bool begun_ = false;
  bool whole_ = false;
  std::string rest_;        ///< not yet understood
  std::uint64_t left_ = 0;  ///< bytes of the body or the chunk that are still to come
  HttpAnswer answer_;
};

}  // namespace sse::webhook
