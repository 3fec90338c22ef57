#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "client/access.h"
#include "sse/result.h"

namespace sse::client {

/// `sse-cluster publish`, as the command line has it.
struct PublishCommand {
  std::string url{};
  std::optional<std::string> event{};
  std::optional<std::string> id{};
  std::optional<std::uint64_t> retry_ms{};
  std::optional<std::string> data{};  ///< "-": every line of the input is an event
  Access access{};
};

/// Reads `URL [DATA|-]` and the flags `event`, `id`, `retry` and those of Access. The error says what is wrong; it is
/// the user's. [any]
Result<PublishCommand> parsePublish(const std::vector<std::string>& positional,
                                    const std::map<std::string, std::string>& flags);

/// Sends the event, or one per line of `in` over one connection, and prints the id of each on a line of `out`. Data is
/// delivered as it stands; with an event's name, id or retry beside it, text that is no JSON arrives as a JSON string.
/// Ends at the first failure, with the reason (and the line) on `err`. The exit status: 0, 1 for what the server or the
/// network refuses, 78 for a bad URL. [any] blocks
int runPublish(const PublishCommand& command, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace sse::client
