#pragma once

#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "client/access.h"
#include "sse/result.h"

namespace sse::client {

/// `sse-cluster subscribe`, as the command line has it.
struct SubscribeCommand {
  std::string url{};
  std::string last_event_id{};  ///< empty: none
  bool json = false;
  Access access{};
};

/// Reads `URL` and the flags `last-event-id`, `json` and those of Access. The error says what is wrong; it is the
/// user's. [any]
Result<SubscribeCommand> parseSubscribe(const std::vector<std::string>& positional,
                                        const std::map<std::string, std::string>& flags);

/// Prints events on `out` as they come, each flushed: `id:`, `event:` and `data:` lines and an empty one, or a line of
/// JSON with `id`, `event` and `data`. Reconnects as an EventSource does: after the stream's `retry` (3 s if it tells
/// none), doubled up to 30 s while the server cannot be reached, with the last id. Ends with 0 once `stopped`
/// (asked at least every 200 ms, but for the look-up of the host's name), with 1 and the reason on `err` on any answer
/// but a 200 with an event stream and where TLS is refused, with 78 on a bad URL. [any] blocks
int runSubscribe(const SubscribeCommand& command, std::ostream& out, std::ostream& err,
                 const std::function<bool()>& stopped);

}  // namespace sse::client
