#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "sse/journal.h"
#include "transport/relay/counters.h"

namespace sse::relay {

/// A stretch of the journal as frames. Immutable, shared by all links that stand at the same place.
struct FeedBatch {
  std::shared_ptr<const std::string> frames;
  std::uint64_t next = 0;   ///< the position it goes up to
  std::uint64_t count = 0;  ///< events in it
  bool more = false;        ///< there are entries behind it already
};

/// Reads the journal for links and encodes each stretch once: links that keep up ask for the same one, so the newest is
/// kept. Owned by the relay, lives on the control thread.
class FeedSource {
 public:
  FeedSource(const Journal& journal, Counters& counters) : journal_(journal), counters_(counters) {}

  /// What follows `after`. Holes in the own feed are frames in it; an event that no decoder would take is one, too.
  /// What else is gone in Scope::All the journal's floors say. [control]
  std::shared_ptr<const FeedBatch> read(std::uint64_t after, Scope scope);

  [[nodiscard]] const Journal& journal() const { return journal_; }

 private:
  void encodeOwn(const JournalRead& got, FeedBatch& batch);
  void encodeAll(const JournalRead& got, FeedBatch& batch);
  void append(std::string& frames, std::uint64_t next, std::span<const EventView> events, FeedBatch& batch);

  const Journal& journal_;
  Counters& counters_;
  std::shared_ptr<const FeedBatch> newest_;
  std::uint64_t newest_after_ = 0;
  Scope newest_scope_ = Scope::Own;
};

}  // namespace sse::relay
