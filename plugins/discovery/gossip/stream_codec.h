#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "discovery/gossip/message.h"
#include "discovery/gossip/packet_codec.h"
#include "sse/result.h"

/// Streams: one message in each direction and the layers around it (docs/memberlist.md sections 7 to 10). Pure: no
/// sockets, no clock. [any]
namespace sse::gossip {

/// Which end of the connection we are: the initiator opened it. Only the initiator writes the label; both directions
/// are authenticated with it (section 9).
enum class StreamSide : std::uint8_t { Initiator, Listener };

/// Greatest box, and greatest compressed buffer (section 8). Peers bound the former only; the latter is what fits into
/// the former.
inline constexpr std::size_t kMaxBox = std::size_t{20} << 20;
/// Greatest size of what a stream decompresses to (section 7).
inline constexpr std::size_t kMaxInflated = std::size_t{40} << 20;
/// Greatest size of one map: of a header, a row, an ack, a ping, an err. A row of a peer has at most a Meta of 512
/// bytes and a name.
inline constexpr std::size_t kMaxMap = std::size_t{64} << 10;
/// What the rows of one push/pull may take in memory, some 200000 rows.
inline constexpr std::size_t kMaxRowMemory = std::size_t{64} << 20;

/// All that `us` writes on a connection: `message` with its layers, compressed whenever the settings say so. Fails
/// where the result would be a box that peers refuse.
Result<std::string> encodeStream(const WireSettings& settings, const StreamMessage& message, StreamSide us);

/// Reads what the other side writes on one connection, as it arrives. One per connection; not thread-safe. Takes any
/// bytes in pieces of any size, in time linear in their number, and keeps at most one layer that is not whole (kMaxBox,
/// twice that while it is opened) and rows of kMaxRowMemory.
/// `settings` outlives it.
class StreamDecoder {
 public:
  /// `us`: a listener expects the label where one is set, an initiator never.
  StreamDecoder(const WireSettings& settings, StreamSide us);
  ~StreamDecoder();
  StreamDecoder(StreamDecoder&&) noexcept;
  StreamDecoder& operator=(StreamDecoder&&) noexcept;

  /// Takes the next bytes. Nothing: more are needed. A message: it is whole, and what follows it is ignored. An error:
  /// the stream is to be closed, after `refusal()` where that is not empty. Not to be called again after a message or
  /// an error.
  /// User state and user data are counted and dropped: `PushPull::user_state` and `UserMessage::data` come out empty.
  /// Rows in a state that is not known are left out.
  Result<std::optional<StreamMessage>> feed(std::string_view bytes);

  /// What a listener answers before it closes because of an error (section 10.2): for encodeStream. Empty: nothing, and
  /// always so for an initiator.
  [[nodiscard]] const std::string& refusal() const noexcept;

  /// Whether a byte has come: a stream that ends before is nothing to log.
  [[nodiscard]] bool started() const noexcept;

 private:
  class Layers;
  std::unique_ptr<Layers> layers_;
};

}  // namespace sse::gossip
