#include "transport/relay/feed_source.h"

#include <algorithm>
#include <iterator>

#include "transport/relay/wire.h"

namespace sse::relay {
namespace {

constexpr std::size_t kBatchEvents = 512;
constexpr std::size_t kBatchBytes = std::size_t{256} << 10;

/// Where the newest missing entry stood; a journal that does not say so lost what is before the first kept.
std::uint64_t lostUpTo(const JournalRead& got) {
  if (!got.hole) return 0;
  if (got.lost != 0) return got.lost;
  return got.batch.events.empty() ? got.next : got.batch.events.front().position - 1;
}

}  // namespace

std::shared_ptr<const FeedBatch> FeedSource::read(std::uint64_t after, Scope scope) {
  if (newest_ && newest_after_ == after && newest_scope_ == scope) return newest_;
  const auto head = journal_.head();
  const auto got = journal_.read(after, scope, kBatchEvents, kBatchBytes);
  auto batch = std::make_shared<FeedBatch>();
  // Where nothing is left, entries outside of the scope need not be looked at again.
  batch->next = std::max({got.next, after, got.more ? 0 : head});
  batch->more = got.more;
  if (scope == Scope::Own) {
    encodeOwn(got, *batch);
  } else {
    encodeAll(got, *batch);
  }
  if (batch->next == after) return batch;
  newest_ = batch;
  newest_after_ = after;
  newest_scope_ = scope;
  return batch;
}

/// The hole stands behind the kept events before it: it says that nothing more of them comes.
void FeedSource::encodeOwn(const JournalRead& got, FeedBatch& batch) {
  std::string frames;
  std::span<const EventView> events(got.batch.events);
  const auto lost = lostUpTo(got);
  if (lost != 0 && lost <= batch.next) {
    const auto behind = std::partition_point(events.begin(), events.end(),
                                             [&](const EventView& event) { return event.id.number <= lost; });
    const auto before = static_cast<std::size_t>(behind - events.begin());
    append(frames, lost, events.first(before), batch);
    events = events.subspan(before);
    encode(frames, Hole{{journal_.tag(), lost}});
    counters_.holes.add();
  }
  append(frames, batch.next, events, batch);
  batch.frames = std::make_shared<const std::string>(std::move(frames));
}

void FeedSource::encodeAll(const JournalRead& got, FeedBatch& batch) {
  std::string frames;
  append(frames, batch.next, got.batch.events, batch);
  batch.frames = std::make_shared<const std::string>(std::move(frames));
}

/// Events as one frame, then a hole for each that no decoder would take.
void FeedSource::append(std::string& frames, std::uint64_t next, std::span<const EventView> events, FeedBatch& batch) {
  if (events.empty()) return;
  if (std::all_of(events.begin(), events.end(), isRelayable)) {
    batch.count += events.size();
    return encodeEvents(frames, next, events);
  }
  std::vector<EventView> good;
  std::copy_if(events.begin(), events.end(), std::back_inserter(good), isRelayable);
  batch.count += good.size();
  if (!good.empty()) encodeEvents(frames, next, good);
  for (const auto& event : events) {
    if (!isRelayable(event)) encode(frames, Hole{event.id});
  }
}

}  // namespace sse::relay
