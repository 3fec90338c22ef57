#include "stream/gap.h"

#include "base/json_text.h"
#include "channel/position.h"

namespace sse::stream {

std::string shownId(const channel::Entry& entry, const Tag& own) {
  if (!entry.publisherId().empty()) return std::string(entry.publisherId());
  if (entry.identity().origin == own) return channel::identityText(entry.identity());
  return channel::identityText(entry.identity()) + "~" + channel::identityText({own, entry.position()});
}

std::string gapBlock(const Tag& own, std::uint64_t position, std::string_view channel, std::string_view last_event_id,
                     std::string_view reason, const channel::Extent& extent) {
  std::string block = "id: " + channel::identityText({own, position}) + "\nevent: gap\ndata: {\"channel\":";
  base::appendJsonString(block, channel);
  block += ",\"last_event_id\":";
  base::appendJsonString(block, last_event_id);
  block += ",\"reason\":";
  base::appendJsonString(block, reason);
  block += ",\"oldest_id\":";
  if (extent.oldest) {
    base::appendJsonString(block, shownId(*extent.oldest, own));
  } else {
    block += "null";
  }
  return block + "}\n\n";
}

}  // namespace sse::stream
