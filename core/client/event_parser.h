#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sse/result.h"

namespace sse::client {

/// An event as an EventSource hands it to its listeners.
struct Event {
  std::string id;     ///< the last one told up to here; may be empty
  std::string event;  ///< "message" where the stream names none
  std::string data;   ///< lines joined by LF
};

/// Takes a `text/event-stream` apart as WHATWG HTML section 9.2.6 has it, in pieces of any size. Owned by the one who
/// reads the stream; used again for the streams that follow it. Pure: no clock, no I/O. [any, one at a time]
class EventParser {
 public:
  using Sink = std::function<void(const Event&)>;

  /// What one event, or one line, may hold in memory.
  static constexpr std::size_t kMaxBytes = std::size_t{64} << 20U;

  /// `last_event_id` is what `lastEventId` answers until the stream tells another.
  explicit EventParser(std::string last_event_id = "") : id_(last_event_id), last_event_id_(std::move(last_event_id)) {}

  /// Reads the next bytes of the stream; calls `sink` for every event that they complete. TooLarge for an event of more
  /// than kMaxBytes: the stream is then of no use any more.
  Result<void> feed(std::string_view bytes, const Sink& sink);

  /// A new stream begins: what was not completed is dropped, the id and the reconnection time are kept.
  void restart();

  /// What to ask with when reconnecting; also told by blocks without data. Empty: nothing.
  [[nodiscard]] const std::string& lastEventId() const { return last_event_id_; }

  /// The reconnection time in milliseconds that the stream last told.
  [[nodiscard]] std::optional<std::uint32_t> retryMs() const { return retry_ms_; }

 private:
  void endLine(const Sink& sink);
  void field(std::string_view name, std::string_view value);
  void dispatch(const Sink& sink);

  std::string line_;  // the bytes of a line whose end has not come yet
  bool first_line_ = true;
  bool after_return_ = false;  // a LF that comes next belongs to the CR before
  std::string data_;           // every line of it with a LF behind
  std::string event_;
  std::string id_;  // becomes last_event_id_ at the end of the block
  std::string last_event_id_;
  std::optional<std::uint32_t> retry_ms_;
};

}  // namespace sse::client
