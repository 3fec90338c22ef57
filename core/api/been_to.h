#pragma once

#include <optional>
#include <string_view>

#include "sse/event.h"
#include "sse/result.h"

namespace sse::api {

/// Begins the entry of a been_to that our nodes put beside the names: `id:number-tag`, the event's identity.
inline constexpr std::string_view kBeenToMark = "id:";

/// What the been_to of an event from a node of the original program says. Pure value. [any]
struct BeenTo {
  bool from_node = false;        ///< it names at least one node: the sender itself
  bool here = false;             ///< it names this node
  std::optional<Identity> ours;  ///< one of our nodes numbered the event; the relay brings it to all of ours
};

/// Reads `json`, a JSON value; null is the same as an empty array. An error where it is no array of strings or has more
/// than channel::kMaxBeenTo bytes. [any]
Result<BeenTo> readBeenTo(std::string_view json, std::string_view own_name);

}  // namespace sse::api
