#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "discovery/gossip/message.h"
#include "sse/result.h"

/// Single messages as bytes: a type byte and a body (docs/memberlist.md sections 3 to 5), without the layers around
/// them. Pure: no sockets, no clock. [any]
namespace sse::gossip {

/// The first byte of a message or of a layer (section 4).
enum class MessageType : std::uint8_t {
  Ping = 0,
  IndirectPing = 1,
  Ack = 2,
  Suspect = 3,
  Alive = 4,
  Dead = 5,
  PushPull = 6,
  Compound = 7,
  User = 8,
  Compress = 9,
  Encrypt = 10,
  Nack = 11,
  Crc = 12,
  Refusal = 13,
  Label = 244,
};

/// Rows of a push/pull and bytes of user data that a stream may announce (section 10.3).
inline constexpr std::int64_t kMaxRows = 1048576;
inline constexpr std::int64_t kMaxUserData = std::int64_t{20} << 20;

/// The message as it stands in a packet. Alive messages get exactly six bytes of versions, padded with zeros or cut:
/// fewer crash peers (section 21).
std::string encode(const PacketMessage& message);

/// The message as it stands in a stream, whole: header, rows, user data. Rows get six bytes of versions as well.
std::string encodeForStream(const StreamMessage& message);

/// One message of a packet; any bytes may come in. Fields may stand in any order, unknown ones are skipped, missing and
/// nil ones are zero, bytes behind the body are ignored. Fails on another type, layers included, on bytes that are no
/// msgpack map, and on values that are of the wrong kind or out of their field's range.
Result<PacketMessage> decode(std::string_view bytes);

/// The first map of a push/pull (section 5).
struct PushPullHead {
  bool join = false;
  std::size_t rows = 0;        ///< at most kMaxRows
  std::size_t user_bytes = 0;  ///< at most kMaxUserData
};

/// The parts of stream messages, each one whole map; a map may be followed by anything.
Result<PushPullHead> decodePushPullHead(std::string_view map);
/// A row; nothing where its state is above Left, which none of the known versions sends.
Result<std::optional<Row>> decodeRow(std::string_view map);
/// The length that the map announces, at most kMaxUserData.
Result<std::size_t> decodeUserHead(std::string_view map);
Result<Ping> decodePing(std::string_view map);
Result<Ack> decodeAck(std::string_view map);
Result<Refusal> decodeRefusal(std::string_view map);

}  // namespace sse::gossip
