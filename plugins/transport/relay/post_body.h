#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sse/event.h"

/// Events as nodes of the original program read them: the bodies and paths of their HTTP interface. Pure. [any]
namespace sse::relay {

/// Names of nodes, and the same as items of a JSON array: `"a","b"`.
struct NodeNames {
  std::vector<std::string> list;
  std::string json;

  /// Adds a name that is not there yet.
  void add(std::string_view name);
};

/// Whether `text` is one JSON value, white space around it allowed, whatever the size of its numbers. Strings are not
/// looked at for UTF-8, and nesting beyond 256 is no JSON here.
bool isJson(std::string_view text);

/// The names in an event's been_to; empty where there is none or it cannot be read.
std::vector<std::string> namesOf(std::string_view been_to);

/// Whether an original node can deliver such an event: it has data and is meant for subscribers.
bool isPostable(const EventView& event);

/// The JSON body of a postable event. been_to names the `members`, then who the event itself names, then the event's
/// identity as `id:number-tag`, by which our nodes know it again. Data that is no JSON becomes a JSON string.
std::string postBody(const EventView& event, const NodeNames& members);

/// Generations of the original program that differ in the path of a channel.
enum class Paths : std::uint8_t {
  Late,   ///< /channel/{channel}
  Early,  ///< /publish/{channel}
};

/// Where a postable event goes, percent-encoded.
std::string postPath(const EventView& event, Paths paths);

}  // namespace sse::relay
