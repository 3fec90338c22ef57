#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "channel/journal.h"

namespace sse::stream {

/// The block of a `gap` event on `channel`: events after `last_event_id` cannot be had. Its id is this node's
/// `position`, so that the gap does not come again at the next reconnect. [any]
std::string gapBlock(const Tag& own, std::uint64_t position, std::string_view channel, std::string_view last_event_id,
                     std::string_view reason, const channel::Extent& extent);

/// The id of an entry as this node shows it. [any]
std::string shownId(const channel::Entry& entry, const Tag& own);

}  // namespace sse::stream
