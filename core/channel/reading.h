#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "channel/entry.h"

/// What readers ask of the journal and what they are given. Values; who makes one owns it.
namespace sse::channel {

class Log;

/// What one log got since a loop drained it last: entries [begin, end) of the drained list.
struct Fresh {
  Log* log = nullptr;
  std::uint64_t first = 0;      ///< position of the oldest entry the loop was told of
  std::uint64_t floor = 0;      ///< of the log; at or above `first` when some fell away already
  std::uint64_t lag_floor = 0;  ///< a live reader that has less lags more than the backlog
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// What a reader asks for: entries after `after` of all of `logs` and the node's broadcasts, as `client` may see them.
struct Query {
  std::span<Log* const> logs;
  std::uint64_t after = 0;
  std::string_view client;
  std::uint32_t client_hash = 0;
  std::uint64_t past_until = 0;  ///< what fills brought is seen up to here
  bool chosen = true;            ///< the client id was not generated
  /// Per log and for broadcasts: floors the reader was told of by a gap, so that they are not lost again.
  std::span<const std::uint64_t> told;
  std::uint64_t told_broadcasts = 0;
  std::size_t max_events = 64;
  std::size_t max_bytes = 256 << 10;
};

/// What a read gave besides the entries.
struct Answer {
  std::uint64_t upto = 0;  ///< everything up to here is in the answer: the next `after`
  bool lost = false;       ///< something after `after` has fallen away
  bool more = false;       ///< there is more after `upto` already
};

/// How a fill that has ended is taken over.
struct Takeover {
  bool late = false;        ///< somebody may have read or published here before it began
  std::optional<Tag> live;  ///< an origin whose events are news to every reader
  std::vector<Identity>
      reached;  ///< up to where it is the past, of each origin; what came behind is news; none: all is
};

/// What a fill brought: who reads on from a position in [first, last] sees it, and is told of nothing up to `until`.
struct PastStretch {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t until = 0;
};

/// What floors that were taken over said to be lost that was not known to be.
struct Raised {
  bool any = false;
  bool followed = false;  ///< of an origin whose events are shown here as news
};

/// A channel that a loop reads from now on.
struct Joined {
  Log* log = nullptr;  ///< nullptr: limits.channels is reached and no channel is unused
  std::uint64_t head = 0;
};

/// What limits have taken since start.
struct Losses {
  std::uint64_t by_channel = 0;  ///< entries: history.max_events and max_bytes, with the backlog
  std::uint64_t by_age = 0;      ///< entries: history.max_age
  std::uint64_t by_budget = 0;   ///< entries: history.budget
  std::uint64_t channels = 0;    ///< forgotten for others to have room: limits.channels
};

/// What a log holds.
struct Extent {
  std::size_t events = 0;
  std::size_t bytes = 0;
  std::uint64_t floor = 0;       ///< for those who see what fills brought
  std::uint64_t live_floor = 0;  ///< for the others
  EntryRef oldest;
  EntryRef newest;
};

/// A channel as pages list it.
struct Listed {
  std::string name;
  Extent extent;
  std::uint32_t subscribers = 0;
};

/// What the whole journal holds.
struct Totals {
  std::size_t channels = 0, events = 0, bytes = 0;
  std::size_t budget = 0;  ///< most bytes, as the limits say now
  Losses lost;
};

}  // namespace sse::channel
