#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sse/event.h"

namespace sse::channel {

/// An id of ours as it is on the wire: `number-tag` at the event's origin, `number-tag~number-tag` elsewhere. Before
/// `~` is the identity, the last part the position at the node that delivered it.
struct Position {
  Identity identity;   ///< equal to `deliverer` at the origin
  Identity deliverer;  ///< tag of the delivering process and its journal's number
  bool operator==(const Position&) const = default;
};

/// The position that `id` spells; nothing where it has not exactly our shape. [any]
std::optional<Position> parsePosition(std::string_view id);

/// `number-tag`. [any]
std::string identityText(const Identity& identity);

/// The longest id of ours: 20 digits of both numbers.
inline constexpr std::size_t kMaxPositionText = 20 + 1 + 8 + 1 + 20 + 1 + 8;

/// Writes the id of an entry with `identity` at `deliverer` so that it ends right before `end`; gives its first byte.
/// There must be kMaxPositionText bytes of room. [any]
char* writePositionBackwards(char* end, const Identity& identity, const Identity& deliverer);

}  // namespace sse::channel
