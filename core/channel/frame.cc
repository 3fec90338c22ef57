#include "channel/frame.h"

#include <array>
#include <charconv>
#include <cstring>

namespace sse::channel {
namespace {

constexpr std::string_view kEvent = "event: ";
constexpr std::string_view kData = "data: ";
constexpr std::string_view kRetry = "retry: ";

/// Calls `line(text)` for each line of `data`: at least one. Data without CR, nearly all of it, is searched by memchr.
template <typename Line>
void forEachLine(std::string_view data, Line line) {
  const bool has_cr = data.find('\r') != std::string_view::npos;
  while (true) {
    const std::size_t found = has_cr ? data.find_first_of("\r\n") : data.find('\n');
    line(data.substr(0, found));
    if (found == std::string_view::npos) return;
    const bool pair = data[found] == '\r' && found + 1 < data.size() && data[found + 1] == '\n';
    data.remove_prefix(found + (pair ? 2 : 1));
  }
}

char* put(char* out, std::string_view text) {
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

std::size_t digits(std::uint64_t number) {
  std::size_t count = 1;
  while (number >= 10) {
    number /= 10;
    ++count;
  }
  return count;
}

}  // namespace

std::size_t bodySize(std::string_view event, const std::optional<std::string_view>& data,
                     const std::optional<std::uint64_t>& retry_ms) {
  std::size_t size = event.empty() ? 0 : kEvent.size() + event.size() + 1;
  if (data) forEachLine(*data, [&](std::string_view line) { size += kData.size() + line.size() + 1; });
  if (retry_ms) size += kRetry.size() + digits(*retry_ms) + 1;
  return size;
}

char* writeBody(char* out, std::string_view event, const std::optional<std::string_view>& data,
                const std::optional<std::uint64_t>& retry_ms) {
  if (!event.empty()) {
    out = put(put(out, kEvent), event);
    *out++ = '\n';
  }
  if (data) {
    forEachLine(*data, [&](std::string_view line) {
      out = put(put(out, kData), line);
      *out++ = '\n';
    });
  }
  if (retry_ms) {
    out = put(out, kRetry);
    out = std::to_chars(out, out + 20, *retry_ms).ptr;
    *out++ = '\n';
  }
  return out;
}

char* writeChunkHeaderBackwards(char* end, std::size_t size) {
  *--end = '\n';
  *--end = '\r';
  do {
    *--end = "0123456789abcdef"[size % 16];
    size /= 16;
  } while (size != 0);
  return end;
}

void appendChunk(std::string& out, std::string_view payload) {
  std::array<char, 20> header{};
  char* end = header.data() + header.size();
  out.append(writeChunkHeaderBackwards(end, payload.size()), end);
  out.append(payload);
  out.append("\r\n");
}

}  // namespace sse::channel
