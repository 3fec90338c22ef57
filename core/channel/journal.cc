#include "channel/journal.h"

#include <algorithm>

#include "base/check.h"
#include "base/tag.h"

namespace sse::channel {
namespace {

constexpr std::uint64_t kMarkEvery = 256;
/// A log without readers keeps its floor at least this long, whatever the history.
constexpr std::int64_t kLeastIdleUs = 60'000'000;

}  // namespace

std::size_t Journal::Lookup::operator()(std::string_view name) const { return base::hashName(name); }

Journal::Journal(Tag own, const Limits& limits, Callbacks callbacks)
    : own_(own), limits_(limits), callbacks_(std::move(callbacks)), dirty_(kMaxLoops) {}

Journal::~Journal() {
  Trash trash;
  while (oldest_ != nullptr) evictOldest(oldest_->log_, trash);
}

void Journal::setLimits(const Limits& limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
}

void Journal::append(std::span<Submission> submissions, std::int64_t now_us) {
  Trash trash;
  std::uint64_t wake = 0;
  std::uint64_t head = 0;
  {
    const std::lock_guard lock(mutex_);
    for (auto& submission : submissions) submitOne(submission, now_us, trash);
    wake = std::exchange(woken_, 0);
    head = head_;
  }
  wakeLoops(wake);
  if (callbacks_.own_appended) callbacks_.own_appended(head);
}

bool Journal::submitOne(Submission& submission, std::int64_t now_us, Trash& trash) {
  const auto key = submission.entry->idempotency();
  if (!key.empty()) {
    if (const auto known = idempotency_.find(key, now_us)) {
      submission.outcome = known->same_content ? Submission::Outcome::Repeated : Submission::Outcome::Conflict;
      submission.identity = known->identity;
      return false;
    }
  }
  const Identity identity{own_, head_ + 1};
  if (!link(submission.entry.get(), identity, now_us, trash)) {
    submission.outcome = Submission::Outcome::Refused;
    return false;
  }
  own_head_ = head_;
  submission.outcome = Submission::Outcome::Appended;
  submission.identity = identity;
  if (!key.empty()) idempotency_.remember(key, identity, now_us);
  return true;
}

std::size_t Journal::appendForeign(std::span<const EventView> events, std::int64_t now_us) {
  std::vector<EntryRef> entries;
  entries.reserve(events.size());
  for (const auto& event : events) entries.push_back(Entry::make(event));
  Trash trash;
  std::size_t dropped = 0;
  std::uint64_t wake = 0;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& entry : entries) {
      if (entry->identity_.origin == own_ || !origins_.raise(entry->identity_)) {
        ++dropped;
        continue;
      }
      linkForeign(entry, now_us, trash);
    }
    wake = std::exchange(woken_, 0);
  }
  wakeLoops(wake);
  return dropped;
}

void Journal::linkForeign(const EntryRef& entry, std::int64_t now_us, Trash& trash) {
  if (!link(entry.get(), entry->identity_, now_us, trash)) {
    // No room for its channel, so nobody reads it here; whoever comes for it later is told.
    lost_everywhere_.raise(entry->identity_);
    forgotten_floor_ = head_;
    return;
  }
  const auto key = entry->idempotency();
  if (key.size() == IdempotencyIndex::kSize) idempotency_.remember(key, entry->identity_, now_us);
}

void Journal::appendHole(const Identity& lost, bool quiet, std::int64_t now_us) {
  Trash trash;
  std::uint64_t wake = 0;
  {
    const std::lock_guard lock(mutex_);
    origins_.raise(lost);
    if (quiet) {
      lost_everywhere_.raise(lost);
    } else {
      EventView view;
      view.kind = EventKind::Hole;
      view.id = lost;
      const auto entry = Entry::make(view);
      link(entry.get(), lost, now_us, trash);
    }
    wake = std::exchange(woken_, 0);
  }
  wakeLoops(wake);
}

bool Journal::link(Entry* entry, const Identity& identity, std::int64_t now_us, Trash& trash) {
  const bool to_all = entry->kind_ == EventKind::Broadcast || entry->kind_ == EventKind::Hole;
  Log* log = to_all ? &broadcasts_ : findOrMake(entry->channel(), now_us, trash);
  if (log == nullptr) return false;
  ++head_;
  entry->number(head_, identity, own_);
  entry->appended_at_ = now_us;
  entry->log_ = log;
  entry->references_.fetch_add(1, std::memory_order_relaxed);
  entry->older_ = newest_;
  entry->newer_ = nullptr;
  (newest_ != nullptr ? newest_->newer_ : oldest_) = entry;
  newest_ = entry;
  entry->marked_ = head_ % kMarkEvery == 0;
  if (entry->marked_) {
    marks_.emplace_hint(marks_.end(), head_, entry);
  }
  if (entry->passing_) passing_.emplace_hint(passing_.end(), head_, entry);
  if (entry->kind_ == EventKind::DeleteChannel) {
    // Not lost to peers, even if they have not read it: this entry tells them.
    while (log->count_ > 0) dropOldest(log, trash);
    log->floor_ = head_;
    log->lost_.raise(identity);
  }
  log->push(entry, limits_.backlog_bytes);
  bytes_ += entry->footprint();
  ++events_;
  indexPublisherId(entry);
  if (log->reader_bits_ != 0) {
    if (!entry->pastEvent()) markDirty(log, head_);
  } else if (!to_all) {
    touchIdle(log, now_us);
  }
  enforce(log, trash);
  return true;
}

void Journal::markDirty(Log* log, std::uint64_t position) {
  std::uint64_t fresh = log->reader_bits_ & ~log->dirty_bits_;
  log->dirty_bits_ |= fresh;
  while (fresh != 0) {
    const auto loop = static_cast<unsigned>(__builtin_ctzll(fresh));
    fresh &= fresh - 1;
    if (dirty_[loop].empty()) woken_ |= std::uint64_t{1} << loop;
    dirty_[loop].push_back({log, position});
  }
}

void Journal::wakeLoops(std::uint64_t bits) {
  while (bits != 0) {
    callbacks_.wake(static_cast<unsigned>(__builtin_ctzll(bits)));
    bits &= bits - 1;
  }
}

void Journal::fed(std::uint64_t position) {
  const std::lock_guard lock(mutex_);
  fed_ = position;
  fed_told_ = true;
}

void Journal::enforce(Log* log, Trash& trash) {
  const auto over = [&] {
    const bool needed = log->reader_bits_ != 0 || (feeding_ && log->count_ > 0 && log->at(0)->position_ > fed_);
    const std::size_t events = std::max(limits_.history_events, needed ? limits_.backlog_events : 0);
    const std::size_t bytes = std::max(limits_.history_bytes, needed ? limits_.backlog_bytes : 0);
    return log->count_ > events || (log->bytes_ > bytes && log->count_ > (needed ? 1U : 0U));
  };
  for (; over(); ++lost_to_limits_.by_channel) evictOldest(log, trash);
  for (; bytes_ > limits_.budget && oldest_ != newest_; ++lost_to_limits_.by_budget) evictOldest(oldest_->log_, trash);
}

void Journal::evictOldest(Log* log, Trash& trash) {
  const Entry* entry = log->at(0);
  if (entry->identity_.origin == own_ && !entry->pastHole()) own_evicted_ = std::max(own_evicted_, entry->position_);
  dropOldest(log, trash);
}

void Journal::dropOldest(Log* log, Trash& trash) {
  Entry* entry = log->popOldest();
  any_evicted_ = std::max(any_evicted_, entry->position_);
  if (!entry->pastHole()) log->lost_.raise(entry->identity_);
  unlink(entry, trash);
}

void Journal::unlink(Entry* entry, Trash& trash) {
  unindexPublisherId(entry);
  if (entry->marked_) marks_.erase(entry->position_);
  if (entry->passing_) passing_.erase(entry->position_);
  (entry->older_ != nullptr ? entry->older_->newer_ : oldest_) = entry->newer_;
  (entry->newer_ != nullptr ? entry->newer_->older_ : newest_) = entry->older_;
  bytes_ -= entry->footprint();
  --events_;
  entry->log_ = nullptr;
  trash.emplace_back(entry);
  entry->references_.fetch_sub(1, std::memory_order_relaxed);
}

void Journal::indexPublisherId(Entry* entry) {
  if (entry->publisher_id_size_ != 0) publisher_ids_.emplace(base::hashName(entry->publisherId()), entry);
}

void Journal::unindexPublisherId(Entry* entry) {
  if (entry->publisher_id_size_ == 0) return;
  auto [begin, end] = publisher_ids_.equal_range(base::hashName(entry->publisherId()));
  for (; begin != end; ++begin) {
    if (begin->second != entry) continue;
    publisher_ids_.erase(begin);
    return;
  }
}

Log* Journal::findOrMake(std::string_view channel, std::int64_t now_us, Trash& trash) {
  if (const auto found = logs_.find(channel); found != logs_.end()) return found->second.get();
  if (!makeRoom(trash)) return nullptr;
  auto log = std::make_unique<Log>(std::string(channel), forgotten_floor_);
  Log* raw = log.get();
  logs_.emplace(raw->name(), std::move(log));
  touchIdle(raw, now_us);
  return raw;
}

/// A channel that a transport has not read yet stays beyond the limit, as its events do beyond their history: a batch
/// to many channels reaches the peers.
bool Journal::makeRoom(Trash& trash) {
  while (logs_.size() >= limits_.channels) {
    if (idle_oldest_ == nullptr) return false;
    if (unread(*idle_oldest_) && logs_.size() < limits_.channels + limits_.backlog_events) return true;
    forgetOver(trash);
  }
  return true;
}

bool Journal::unread(const Log& log) const {
  return feeding_ && log.count_ > 0 && log.at(log.count_ - 1)->position_ > fed_;
}

void Journal::forgetOver(Trash& trash) {
  forget(idle_oldest_, trash);
  ++lost_to_limits_.channels;
}

void Journal::forget(Log* log, Trash& trash) {
  while (log->count_ > 0) evictOldest(log, trash);
  forgotten_floor_ = std::max({forgotten_floor_, log->floor_, log->past_floor_});
  lost_everywhere_.merge(log->lost_);
  unlinkIdle(log);
  logs_.erase(logs_.find(log->name()));
}

void Journal::touchIdle(Log* log, std::int64_t now_us) {
  unlinkIdle(log);
  log->last_used_ = now_us;
  log->idle_ = true;
  log->idle_older_ = idle_newest_;
  (idle_newest_ != nullptr ? idle_newest_->idle_newer_ : idle_oldest_) = log;
  idle_newest_ = log;
}

void Journal::unlinkIdle(Log* log) {
  if (!log->idle_) return;
  (log->idle_older_ != nullptr ? log->idle_older_->idle_newer_ : idle_oldest_) = log->idle_newer_;
  (log->idle_newer_ != nullptr ? log->idle_newer_->idle_older_ : idle_newest_) = log->idle_older_;
  log->idle_older_ = log->idle_newer_ = nullptr;
  log->idle_ = false;
}

bool Journal::sweep(std::int64_t now_us, std::size_t max_entries) {
  Trash trash;
  const std::lock_guard lock(mutex_);
  std::size_t done = sweepPassing(now_us, max_entries, trash);
  const std::int64_t age = limits_.history_age_ms * 1000;
  while (oldest_ != nullptr && oldest_->appended_at_ + age <= now_us && done < max_entries) {
    const bool live = oldest_->log_->reader_bits_ != 0 && oldest_->appended_at_ + kLeastIdleUs > now_us;
    if (live) break;
    evictOldest(oldest_->log_, trash);
    ++lost_to_limits_.by_age;
    ++done;
  }
  const std::int64_t idle_age = std::max(age, kLeastIdleUs);
  while (idle_oldest_ != nullptr && idle_oldest_->last_used_ + idle_age <= now_us && done < max_entries) {
    forget(idle_oldest_, trash);
    ++done;
  }
  const auto over = [&] { return logs_.size() > limits_.channels && idle_oldest_ != nullptr; };
  for (; over() && !unread(*idle_oldest_) && done < max_entries; ++done) forgetOver(trash);
  return done == max_entries;
}

/// What goes to a generated client id is kept for live readers only, as nobody resumes by such an id. Nobody else can
/// see it, so no floor rises.
std::size_t Journal::sweepPassing(std::int64_t now_us, std::size_t max_entries, Trash& trash) {
  std::size_t done = 0;
  while (!passing_.empty() && done < max_entries) {
    Entry* entry = passing_.begin()->second;
    if (entry->appended_at_ + kLeastIdleUs > now_us) break;
    entry->log_->remove(entry);
    unlink(entry, trash);
    ++done;
  }
  return done;
}

}  // namespace sse::channel
