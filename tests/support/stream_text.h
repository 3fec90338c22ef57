#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a subscriber makes of the bytes it gets: small, slow and written from the standards alone, so that it can be
/// the judge of what the broker writes.
namespace sse::test {

/// One block of an event stream: WHATWG HTML 9.2.5. Fields that come twice count as the standard says.
struct Block {
  std::optional<std::string> id;
  std::optional<std::string> event;
  std::optional<std::string> data;  ///< lines joined by LF
  std::optional<std::string> retry;
  bool operator==(const Block&) const = default;
};

/// The payload of as many whole HTTP/1.1 chunks as `bytes` begins with, taken off it. `ended` where the last one came.
inline std::string takeChunks(std::string& bytes, bool& ended) {
  std::string out;
  while (!ended) {
    const auto line = bytes.find("\r\n");
    if (line == std::string::npos) break;
    const std::size_t size = std::stoul(bytes.substr(0, line), nullptr, 16);
    if (bytes.size() < line + 2 + size + 2) break;
    if (bytes.compare(line + 2 + size, 2, "\r\n") != 0) throw std::string("chunk without its end");
    out.append(bytes, line + 2, size);
    bytes.erase(0, line + 2 + size + 2);
    ended = size == 0;
  }
  return out;
}

inline void takeField(Block& block, std::string_view line) {
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  std::string value(colon == std::string_view::npos ? "" : line.substr(colon + 1));
  if (value.starts_with(' ')) value.erase(0, 1);
  if (name == "id") block.id = value;
  if (name == "event") block.event = value;
  if (name == "retry") block.retry = value;
  if (name == "data") block.data = block.data ? *block.data + "\n" + value : value;
}

/// The whole blocks that `text` begins with, taken off it. Lines end with LF, CR or CRLF.
inline std::vector<Block> takeBlocks(std::string& text) {
  std::vector<Block> blocks;
  Block block;
  std::size_t begin = 0;
  std::size_t whole = 0;
  while (true) {
    const auto end = text.find_first_of("\r\n", begin);
    if (end == std::string::npos) break;
    const auto line = std::string_view(text).substr(begin, end - begin);
    begin = end + (text.compare(end, 2, "\r\n") == 0 ? 2 : 1);
    if (!line.empty()) {
      takeField(block, line);
      continue;
    }
    blocks.push_back(std::exchange(block, {}));
    whole = begin;
  }
  text.erase(0, whole);
  return blocks;
}

}  // namespace sse::test
