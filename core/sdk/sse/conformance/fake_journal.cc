#include "sse/conformance/fake_journal.h"

#include <algorithm>

namespace sse::conformance {
namespace {

EventView viewOf(const FakeJournal::Entry& entry) {
  EventView view;
  view.kind = entry.kind;
  view.id = entry.id;
  view.position = entry.position;
  view.channel = entry.channel;
  view.client = entry.client;
  view.publisher_id = entry.publisher_id;
  view.idempotency = entry.idempotency;
  view.body = entry.body;
  view.been_to = entry.been_to;
  return view;
}

std::string lineOf(const FakeJournal::Entry& entry) {
  if (entry.kind != EventKind::Hole) return entry.body;
  return "hole " + std::string(text(entry.id.origin)) + " " + std::to_string(entry.id.number);
}

}  // namespace

Tag tagOf(std::string_view text) {
  Tag tag;
  tag.fill('0');
  std::copy_n(text.begin(), std::min(text.size(), tag.size()), tag.begin());
  return tag;
}

std::uint64_t FakeJournal::append(Entry entry) {
  const std::lock_guard lock(mutex_);
  entry.position = ++head_;
  entry.id = {tag_, head_};
  push(std::move(entry));
  return head_;
}

std::uint64_t FakeJournal::append(std::string channel, std::string body) {
  return append({.channel = std::move(channel), .body = std::move(body)});
}

bool FakeJournal::take(const EventView& event) {
  const std::lock_guard lock(mutex_);
  if (event.id.origin == tag_ || event.id.number <= highest_[event.id.origin]) return false;
  ++head_;
  push({event.kind,
        event.id,
        head_,
        std::string(event.channel),
        std::string(event.client),
        std::string(event.publisher_id),
        std::string(event.idempotency),
        std::string(event.body),
        {}});
  return true;
}

void FakeJournal::takeHole(const Identity& id) {
  const std::lock_guard lock(mutex_);
  ++head_;
  push({.kind = EventKind::Hole, .id = id, .position = head_});
}

void FakeJournal::drop(std::uint64_t position) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [position](const Shared& entry) { return entry->position == position; });
  if (found == entries_.end()) return;
  lose(**found);
  entries_.erase(found);
}

void FakeJournal::forget(std::uint64_t position) {
  const std::lock_guard lock(mutex_);
  while (!entries_.empty() && entries_.front()->position <= position) {
    lose(*entries_.front());
    entries_.pop_front();
  }
}

void FakeJournal::keepCheckpoint(const Checkpoint& checkpoint) {
  const std::lock_guard lock(mutex_);
  kept_.push_back(checkpoint);
}

void FakeJournal::setFloors(const std::vector<Identity>& lost, std::size_t channels) {
  const std::lock_guard lock(mutex_);
  floors_ = {{}, lost, {}};
  for (std::size_t i = 0; i < channels; ++i) floors_.channels.emplace_back("channel " + std::to_string(i), lost);
}

std::vector<FakeJournal::Entry> FakeJournal::entries() const {
  const std::lock_guard lock(mutex_);
  std::vector<Entry> entries;
  entries.reserve(entries_.size());
  for (const auto& entry : entries_) entries.push_back(*entry);
  return entries;
}

std::size_t FakeJournal::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::vector<std::string> FakeJournal::bodies() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> bodies;
  bodies.reserve(entries_.size());
  for (const auto& entry : entries_) bodies.push_back(lineOf(*entry));
  return bodies;
}

std::uint64_t FakeJournal::highest(const Tag& origin) const {
  const std::lock_guard lock(mutex_);
  const auto found = highest_.find(origin);
  return found == highest_.end() ? 0 : found->second;
}

std::uint64_t FakeJournal::head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

JournalRead FakeJournal::read(std::uint64_t after, Scope scope, std::size_t max_events, std::size_t max_bytes) const {
  const std::lock_guard lock(mutex_);
  JournalRead result;
  auto kept = std::make_shared<std::vector<Shared>>();
  std::size_t bytes = 0;
  result.next = after;
  result.lost = scope == Scope::All ? lost_ : lost_own_;
  result.hole = result.lost > after;
  auto it = std::upper_bound(entries_.begin(), entries_.end(), after,
                             [](std::uint64_t position, const Shared& entry) { return position < entry->position; });
  for (; it != entries_.end(); ++it) {
    const auto& entry = **it;
    if (kept->size() >= max_events || (bytes >= max_bytes && !kept->empty())) {
      result.more = true;
      break;
    }
    result.next = entry.position;
    if (!inScope(entry, scope)) continue;
    bytes += entry.body.size();
    kept->push_back(*it);
    result.batch.events.push_back(viewOf(entry));
  }
  if (!result.more) result.next = std::max(head_, after);
  result.batch.storage = kept;
  return result;
}

Checkpoint FakeJournal::checkpoint() const {
  const std::lock_guard lock(mutex_);
  Checkpoint checkpoint{tag_, head_, {}};
  for (const auto& [origin, number] : highest_) checkpoint.highest.push_back({origin, number});
  return checkpoint;
}

Floors FakeJournal::floors() const {
  const std::lock_guard lock(mutex_);
  return floors_;
}

std::optional<Checkpoint> FakeJournal::checkpointOf(Tag node, std::uint64_t position) const {
  std::optional<Checkpoint> found;
  for (const auto& checkpoint : checkpoints()) {
    if (checkpoint.node != node || checkpoint.position > position) continue;
    if (!found || found->position < checkpoint.position) found = checkpoint;
  }
  return found;
}

std::vector<Checkpoint> FakeJournal::checkpoints() const {
  const std::lock_guard lock(mutex_);
  return kept_;
}

void FakeJournal::push(Entry entry) {
  auto& highest = highest_[entry.id.origin];
  highest = std::max(highest, entry.id.number);
  entries_.push_back(std::make_shared<const Entry>(std::move(entry)));
}

void FakeJournal::lose(const Entry& entry) {
  lost_ = std::max(lost_, entry.position);
  if (entry.id.origin == tag_) lost_own_ = std::max(lost_own_, entry.position);
}

bool FakeJournal::inScope(const Entry& entry, Scope scope) const {
  return scope == Scope::All || (entry.id.origin == tag_ && entry.kind != EventKind::Hole);
}

}  // namespace sse::conformance
