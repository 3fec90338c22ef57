#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "discovery/gossip/message.h"
#include "discovery/gossip/message_codec.h"
#include "discovery/gossip/msgpack.h"
#include "sse/result.h"

/// Reads the message of a stream, its layers taken off, as it arrives (docs/memberlist.md section 10.1): nothing says
/// in advance how long it is.
namespace sse::gossip {

/// One per message; owned by StreamDecoder, which states the limits. Not thread-safe. Keeps the rows and one map.
class StreamParser {
 public:
  /// Takes the next bytes, in pieces of any size. Nothing: more are needed; a message: it is whole, and the rest is
  /// ignored. Not to be called again after a message or an error.
  Result<std::optional<StreamMessage>> feed(std::string_view bytes);

 private:
  enum class Expects : std::uint8_t { Type, Map, Row, UserData };
  using Step = Result<std::optional<StreamMessage>>;

  Result<std::optional<std::string_view>> wholeMap();
  Step take(std::string_view map);
  Step takeHead(std::string_view map);
  Step takeRow(std::string_view map);
  Step afterRow();
  Step expectUserData(StreamMessage message, std::size_t size);
  Step skipUserData();

  std::string pending_;  ///< what has come and is not read
  std::size_t at_ = 0;   ///< read up to here
  ValueScanner scanner_;
  Expects expects_ = Expects::Type;
  MessageType type_ = MessageType::Ping;
  PushPull exchange_;
  PushPullHead head_;
  std::size_t rows_left_ = 0;
  std::size_t row_memory_ = 0;
  std::size_t user_left_ = 0;
  StreamMessage message_;  ///< whole but for its user data
};

}  // namespace sse::gossip
