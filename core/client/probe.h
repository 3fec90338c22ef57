#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "client/access.h"
#include "client/url.h"
#include "sse/result.h"

namespace sse::client {

/// `sse-cluster probe`, as the command line has it.
struct ProbeCommand {
  Url url{};
  std::string round_trip{};  ///< channel to publish, subscribe and resume on; empty: `url` is asked, no more
  Access access{};
};

/// Reads `URL` and the flags `round-trip` and those of Access. The error says what is wrong; it is the user's. [any]
Result<ProbeCommand> parseProbe(const std::vector<std::string>& positional,
                                const std::map<std::string, std::string>& flags);

/// Asks the URL once: 0 where it answers 200, else 1 with the reason on `err`. With a channel the URL is where a node
/// or a cluster is reached, and its query (an `access_token`) goes with every request: subscribes, publishes, sees the
/// event, breaks the stream, publishes, resumes, sees that event and no gap. Events of others do no harm. Says on
/// `out` what worked. No answer in 10 s is a failure. [any] blocks
int runProbe(const ProbeCommand& command, std::ostream& out, std::ostream& err);

}  // namespace sse::client
