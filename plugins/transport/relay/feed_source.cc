#include "transport/relay/feed_source.h"

#include <algorithm>

#include "transport/relay/wire.h"

namespace sse::relay {
namespace {

constexpr std::size_t kBatchEvents = 512;
constexpr std::size_t kBatchBytes = std::size_t{256} << 10;

void noteFirst(std::vector<Identity>& first, const Identity& id) {
  const auto same = [&](const Identity& other) { return other.origin == id.origin; };
  if (std::none_of(first.begin(), first.end(), same)) first.push_back(id);
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
  batch->hole = got.hole;
  encodeBatch(got, scope, *batch);
  if (batch->next == after) return batch;
  newest_ = batch;
  newest_after_ = after;
  newest_scope_ = scope;
  return batch;
}

void FeedSource::encodeBatch(const JournalRead& got, Scope scope, FeedBatch& batch) {
  std::string frames;
  std::string holes;  // behind the events: a hole speaks of what has not come by then
  const auto& events = got.batch.events;
  if (got.hole && scope == Scope::Own) {
    const auto before = events.empty() ? got.next : events.front().id.number - 1;
    encode(frames, Hole{{journal_.tag(), before}});
    counters_.holes.add();
  }
  std::vector<EventView> good;
  const bool all_good = std::all_of(events.begin(), events.end(), isRelayable);
  for (const auto& event : events) {
    const bool fine = all_good || isRelayable(event);
    if (!fine) encode(holes, Hole{event.id});
    if (fine && !all_good) good.push_back(event);
    if (fine && scope == Scope::All) noteFirst(batch.first, event.id);
  }
  const auto& sendable = all_good ? events : good;
  batch.count = sendable.size();
  if (!sendable.empty()) encodeEvents(frames, batch.next, sendable);
  frames += holes;
  batch.frames = std::make_shared<const std::string>(std::move(frames));
}

}  // namespace sse::relay
