#include <algorithm>
#include <chrono>
#include <queue>
#include <thread>

#include "base/check.h"
#include "base/tag.h"
#include "channel/journal.h"

namespace sse::channel {
namespace {

constexpr std::size_t kBucketsPerLook = 2048;
constexpr std::uint64_t kMostBehind = 4096;
constexpr std::chrono::microseconds kBetweenLooks{50};

bool visible(const Entry& entry, const Query& query) {
  if (entry.past() && entry.pastEvent() != (entry.position() <= query.past_until)) return false;
  if (entry.kind() != EventKind::Client && entry.kind() != EventKind::CloseClient) return true;
  if (entry.passing() && query.chosen) return false;
  return entry.clientHash() == query.client_hash && entry.client() == query.client;
}

}  // namespace

Joined Journal::join(std::string_view channel, unsigned loop, std::int64_t now_us) {
  Trash trash;
  const std::lock_guard lock(mutex_);
  Log* log = findOrMake(channel, now_us, trash);
  if (log == nullptr) return {nullptr, head_};
  unlinkIdle(log);
  log->reader_bits_ |= std::uint64_t{1} << loop;
  joined_ = true;
  return {log, head_};
}

void Journal::leave(Log* log, unsigned loop, std::int64_t now_us) {
  Trash trash;
  const std::lock_guard lock(mutex_);
  const std::uint64_t bit = std::uint64_t{1} << loop;
  log->reader_bits_ &= ~bit;
  if ((log->dirty_bits_ & bit) != 0) {
    log->dirty_bits_ &= ~bit;
    std::erase_if(dirty_[loop], [log](const Dirty& dirty) { return dirty.log == log; });
  }
  if (log->reader_bits_ != 0) return;
  enforce(log, trash);
  touchIdle(log, now_us);
}

void Journal::joinBroadcasts(unsigned loop, bool on) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t bit = std::uint64_t{1} << loop;
  broadcasts_.reader_bits_ = on ? broadcasts_.reader_bits_ | bit : broadcasts_.reader_bits_ & ~bit;
}

bool Journal::pending(unsigned loop) const {
  const std::lock_guard lock(mutex_);
  return !dirty_[loop].empty();
}

std::uint64_t Journal::drain(unsigned loop, std::vector<Fresh>& fresh, std::vector<EntryRef>& entries) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t bit = std::uint64_t{1} << loop;
  std::vector<Dirty> again;
  for (const auto& dirty : dirty_[loop]) {
    Log* log = dirty.log;
    std::uint32_t i = log->after(dirty.first - 1);
    const std::uint32_t end = std::min<std::uint32_t>(log->size(), i + kDrainEvents);
    Fresh item{log, dirty.first, log->floor_, log->floor_, entries.size(), 0};
    const std::size_t over = log->size() > limits_.backlog_events ? log->size() - limits_.backlog_events : 0;
    const auto recent = std::max(log->recent_, static_cast<std::uint32_t>(over));
    if (recent > 0) item.lag_floor = std::max(log->floor_, log->at(recent - 1)->position());
    for (; i < end; ++i) {
      if (!log->at(i)->pastEvent()) entries.emplace_back(log->at(i));
    }
    item.end = entries.size();
    fresh.push_back(item);
    if (end < log->size()) {
      again.push_back({log, log->at(end)->position()});
    } else {
      log->dirty_bits_ &= ~bit;
    }
  }
  dirty_[loop].swap(again);
  return dirty_[loop].empty() ? head_ : 0;
}

Answer Journal::read(const Query& query, std::vector<EntryRef>& out) const {
  const std::lock_guard lock(mutex_);
  struct Cursor {
    const Log* log;
    std::uint32_t next;
  };
  std::vector<Cursor> cursors;
  cursors.reserve(query.logs.size() + 1);
  Answer answer;
  const auto open = [&](const Log& log, std::uint64_t told) {
    const auto floor = query.past_until > query.after ? std::max(log.floor_, log.past_floor_) : log.floor_;
    if (floor > std::max(query.after, told)) answer.lost = true;
    const std::uint32_t next = log.after(query.after);
    if (next < log.size()) cursors.push_back({&log, next});
  };
  for (std::size_t i = 0; i < query.logs.size(); ++i) open(*query.logs[i], i < query.told.size() ? query.told[i] : 0);
  open(broadcasts_, query.told_broadcasts);

  std::size_t events = 0;
  std::size_t bytes = 0;
  answer.upto = query.after;
  while (!cursors.empty()) {
    auto first = std::min_element(cursors.begin(), cursors.end(), [](const Cursor& a, const Cursor& b) {
      return a.log->at(a.next)->position() < b.log->at(b.next)->position();
    });
    Entry* entry = first->log->at(first->next);
    if (visible(*entry, query)) {
      if (events >= query.max_events || (events > 0 && bytes + entry->footprint() > query.max_bytes)) {
        answer.more = true;
        return answer;
      }
      answer.upto = entry->position();
      out.emplace_back(entry);
      ++events;
      bytes += entry->footprint();
    }
    if (++first->next == first->log->size()) cursors.erase(first);
  }
  answer.upto = std::max(head_, query.after);
  return answer;
}

Extent Journal::extentOf(const Log& log) const {
  Extent extent{log.size() - log.others_, log.bytes_, std::max(log.floor_, log.past_floor_), log.floor_, {}, {}};
  if (extent.events == 0) return extent;
  std::uint32_t first = 0;
  std::uint32_t last = log.size() - 1;
  while (!log.at(first)->history()) ++first;
  while (!log.at(last)->history()) --last;
  extent.oldest = EntryRef(log.at(first));
  extent.newest = EntryRef(log.at(last));
  return extent;
}

Extent Journal::extent(const Log* log) const {
  const std::lock_guard lock(mutex_);
  return extentOf(*log);
}

std::optional<std::uint64_t> Journal::beforePublisherId(const Query& query, std::string_view id) const {
  const std::lock_guard lock(mutex_);
  std::optional<std::uint64_t> oldest;
  auto [begin, end] = publisher_ids_.equal_range(base::hashName(id));
  for (; begin != end; ++begin) {
    const Entry& entry = *begin->second;
    const bool asked = entry.log_ == &broadcasts_ || std::ranges::find(query.logs, entry.log_) != query.logs.end();
    if (!asked || entry.publisherId() != id || !visible(entry, query)) continue;
    oldest = std::min(oldest.value_or(entry.position()), entry.position());
  }
  return oldest;
}

template <typename Visit>
void Journal::visitBackwards(const Query& query, Visit visit) const {
  struct Cursor {
    const Log* log;
    std::uint32_t left;
  };
  std::vector<Cursor> cursors;
  for (const Log* log : query.logs) cursors.push_back({log, log->size()});
  cursors.push_back({&broadcasts_, broadcasts_.size()});
  while (true) {
    std::erase_if(cursors, [](const Cursor& cursor) { return cursor.left == 0; });
    if (cursors.empty()) return;
    auto newest = std::max_element(cursors.begin(), cursors.end(), [](const Cursor& a, const Cursor& b) {
      return a.log->at(a.left - 1)->position() < b.log->at(b.left - 1)->position();
    });
    if (!visit(*newest->log->at(--newest->left))) return;
  }
}

std::uint64_t Journal::beforeLast(const Query& query, std::size_t count) const {
  const std::lock_guard lock(mutex_);
  std::uint64_t before = head_;
  if (count == 0) return before;
  visitBackwards(query, [&](const Entry& entry) {
    if (entry.deliverable() && visible(entry, query)) {
      before = entry.position() - 1;
      --count;
    }
    return count > 0;
  });
  return before;
}

bool Journal::misses(const Log* log, const std::vector<Identity>& had) const {
  const std::lock_guard lock(mutex_);
  const auto known = [this](const Tag& origin) { return origin == own_ || origins_.knows(origin); };
  return log->lost_.misses(had, known) || broadcasts_.lost_.misses(had, known) || lost_everywhere_.misses(had, known);
}

std::vector<Tag> Journal::strangers(const std::vector<Identity>& had) const {
  std::vector<Tag> found;
  const std::lock_guard lock(mutex_);
  if (origins_.crowded()) return found;
  for (const auto& id : had) {
    if (id.number > 0 && id.origin != own_ && !origins_.knows(id.origin)) found.push_back(id.origin);
  }
  return found;
}

/// Looks at a slice of the table at a time, as the lock stops every publish. A name stays in its slice for as long as
/// the table keeps its size; when that changes it begins anew.
std::vector<Listed> Journal::list(std::string_view after, std::size_t max) const {
  std::priority_queue<std::string> least;  // the greatest on top
  std::size_t bucket = 0;
  std::size_t buckets = 0;
  do {
    // Whoever waits for the lock would not get it from a thread that takes it again at once.
    if (bucket > 0) std::this_thread::sleep_for(kBetweenLooks);
    const std::lock_guard lock(mutex_);
    if (buckets != logs_.bucket_count()) {
      buckets = logs_.bucket_count();
      bucket = 0;
      least = {};
    }
    const std::size_t end = std::min(bucket + kBucketsPerLook, buckets);
    for (; bucket < end; ++bucket) {
      for (auto entry = logs_.begin(bucket); entry != logs_.end(bucket); ++entry) {
        const auto& [name, log] = *entry;
        const bool used = log->reader_bits_ != 0 || log->size() > 0;
        if (!used || name <= after || (least.size() == max && name >= least.top())) continue;
        least.emplace(name);
        if (least.size() > max) least.pop();
      }
    }
  } while (bucket < buckets);
  std::vector<Listed> listed;
  for (; !least.empty(); least.pop()) {
    if (auto one = find(least.top())) listed.push_back(std::move(*one));
  }
  std::ranges::reverse(listed);
  return listed;
}

std::optional<Listed> Journal::find(std::string_view channel) const {
  const std::lock_guard lock(mutex_);
  const auto found = logs_.find(channel);
  if (found == logs_.end()) return std::nullopt;
  const Log& log = *found->second;
  return Listed{log.name(), extentOf(log), log.subscribers.load(std::memory_order_relaxed)};
}

Totals Journal::totals() const {
  const std::lock_guard lock(mutex_);
  return {logs_.size(), events_, bytes_, limits_.budget, lost_to_limits_};
}

std::uint64_t Journal::head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

std::uint64_t Journal::ownHead() const {
  const std::lock_guard lock(mutex_);
  return own_head_;
}

/// Starts at the nearest mark at or before the position instead of walking the whole list.
const Entry* Journal::firstAfter(std::uint64_t position) const {
  const Entry* entry = oldest_;
  if (newest_ == nullptr || newest_->position_ <= position) return nullptr;
  if (newest_->position_ - position <= kDrainEvents) {
    entry = newest_;
    while (entry->older_ != nullptr && entry->older_->position_ > position) entry = entry->older_;
    return entry;
  }
  if (auto mark = marks_.upper_bound(position); mark != marks_.begin()) entry = std::prev(mark)->second;
  while (entry != nullptr && entry->position_ <= position) entry = entry->newer_;
  return entry;
}

JournalRead Journal::read(std::uint64_t after, Scope scope, std::size_t max_events, std::size_t max_bytes) const {
  auto kept = std::make_shared<std::vector<EntryRef>>();
  JournalRead result;
  result.next = after;
  {
    const std::lock_guard lock(mutex_);
    result.lost = scope == Scope::Own ? own_evicted_ : any_evicted_;
    result.hole = result.lost > after;
    std::size_t bytes = 0;
    std::size_t looked = 0;
    const Entry* entry = firstAfter(after);
    for (; entry != nullptr; entry = entry->newer_) {
      if (kept->size() >= max_events || looked++ >= 8 * max_events || (bytes > 0 && bytes >= max_bytes)) break;
      result.next = entry->position_;
      if (entry->kind_ == EventKind::Hole || (scope == Scope::Own && entry->identity_.origin != own_)) continue;
      kept->emplace_back(const_cast<Entry*>(entry));
      bytes += entry->footprint();
    }
    result.more = entry != nullptr;
    if (!result.more) result.next = std::max(head_, after);
    feeding_ = true;
    if (scope == Scope::Own && !fed_told_) fed_ = std::max(fed_, result.next);
  }
  result.batch.events.reserve(kept->size());
  for (const auto& entry : *kept) result.batch.events.push_back(entry->view());
  result.batch.storage = std::move(kept);
  return result;
}

Floors Journal::floors() const {
  Floors floors;
  floors.reached = checkpoint().highest;
  const std::lock_guard lock(mutex_);
  origins_.appendQuiet(floors.reached);
  FloorSet everywhere = lost_everywhere_;
  everywhere.merge(broadcasts_.lost_);
  floors.everywhere = everywhere.list();
  for (const auto& [name, log] : logs_) {
    if (!log->lost_.empty()) floors.channels.emplace_back(name, log->lost_.list());
  }
  return floors;
}

std::optional<Checkpoint> Journal::checkpointOf(Tag node, std::uint64_t position) const {
  return callbacks_.checkpoint_of ? callbacks_.checkpoint_of(node, position) : std::nullopt;
}

std::vector<Checkpoint> Journal::checkpoints() const {
  return callbacks_.checkpoints ? callbacks_.checkpoints() : std::vector<Checkpoint>();
}

Checkpoint Journal::checkpoint() const {
  const std::lock_guard lock(mutex_);
  Checkpoint checkpoint{own_, head_, {{own_, head_}}};
  origins_.appendTo(checkpoint.highest);
  return checkpoint;
}

/// Numbers of an origin only grow, so before its first entry after the position nothing of it was here up to that
/// entry's number. A hole says nothing of the kind, and neither does what has fallen away.
std::optional<Checkpoint> Journal::checkpointAt(std::uint64_t position) const {
  const std::lock_guard lock(mutex_);
  if (position > head_ || head_ - position > kMostBehind || any_evicted_ > position) return std::nullopt;
  Checkpoint checkpoint{own_, position, {{own_, position}}};
  origins_.appendTo(checkpoint.highest);
  for (const Entry* entry = newest_; entry != nullptr && entry->position_ > position; entry = entry->older_) {
    if (entry->kind_ == EventKind::Hole) return std::nullopt;
    if (entry->identity_.origin == own_) continue;
    const auto known = std::ranges::find(checkpoint.highest, entry->identity_.origin, &Identity::origin);
    if (known == checkpoint.highest.end()) return std::nullopt;
    known->number = entry->identity_.number - 1;
  }
  return checkpoint;
}

}  // namespace sse::channel
