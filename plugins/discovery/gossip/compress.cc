#include "discovery/gossip/compress.h"

#include <cstdint>

#include "discovery/gossip/fields.h"
#include "discovery/gossip/lzw.h"
#include "discovery/gossip/message_codec.h"
#include "discovery/gossip/msgpack.h"

namespace sse::gossip {

namespace {

constexpr std::uint8_t kLzw = 0;

}  // namespace

std::string compressed(std::string_view message) {
  const auto buffer = lzwEncode(message);
  std::string out;
  out.reserve(buffer.size() + 16);
  out += static_cast<char>(MessageType::Compress);
  MapWriter map(out, 2);
  map.number("Algo", kLzw);
  map.bytes("Buf", buffer);
  return out;
}

Result<std::string_view> compressedBuffer(std::string_view map) {
  std::uint8_t algorithm = 0;
  std::string_view buffer;
  const auto read = readFields("compress", map, {{"Algo", &algorithm}, {"Buf", &buffer}});
  if (!read.ok()) return read.error();
  if (algorithm != kLzw) return Error{Code::Unsupported, "compress.Algo: expected 0, got " + std::to_string(algorithm)};
  return buffer;
}

}  // namespace sse::gossip
