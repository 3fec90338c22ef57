#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The bytes of an event stream, WHATWG HTML 9.2.5 and 9.2.6: fields in the order id, event, data, retry, one space
/// after the colon, lines ended by LF.
namespace sse::channel {

/// Bytes that `writeBody` will write. [any]
std::size_t bodySize(std::string_view event, const std::optional<std::string_view>& data,
                     const std::optional<std::uint64_t>& retry_ms);

/// Writes the `event`, `data` and `retry` lines; line breaks in `data` (CR, LF, CRLF) begin another data line.
/// Gives the end. `event` has no line breaks. [any]
char* writeBody(char* out, std::string_view event, const std::optional<std::string_view>& data,
                const std::optional<std::uint64_t>& retry_ms);

/// `payload` as one HTTP/1.1 chunk at the end of `out`. RFC 9112 7.1. [any]
void appendChunk(std::string& out, std::string_view payload);

/// Writes the size line of a chunk of `size` bytes so that it ends right before `end`; gives its first byte. Needs 18
/// bytes of room. [any]
char* writeChunkHeaderBackwards(char* end, std::size_t size);

}  // namespace sse::channel
