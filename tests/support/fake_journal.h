#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sse/journal.h"

namespace sse::test {

/// The tag that begins with `text`, filled up with zeros.
inline Tag tagOf(std::string_view text) {
  Tag tag;
  tag.fill('0');
  std::copy_n(text.begin(), std::min(text.size(), tag.size()), tag.begin());
  return tag;
}

/// A journal in a deque: numbers, drops repeats by the highest number of each origin, forgets from the front. [any]
class FakeJournal final : public Journal {
 public:
  struct Entry {
    EventKind kind = EventKind::Channel;
    Identity id;
    std::uint64_t position = 0;
    std::string channel;
    std::string body;
    std::string client = {};
    std::string been_to = {};
  };

  explicit FakeJournal(Tag tag) : tag_(tag) {}

  /// An event published here; the entry is numbered.
  std::uint64_t append(std::string channel, std::string body) {
    return append({EventKind::Channel, {}, 0, std::move(channel), std::move(body)});
  }
  std::uint64_t append(Entry entry) {
    const std::lock_guard lock(mutex_);
    entry.position = ++head_;
    entry.id = {tag_, head_};
    push(std::move(entry));
    return head_;
  }

  /// An event of a peer; false where it is here already.
  bool take(const EventView& event) {
    const std::lock_guard lock(mutex_);
    if (event.id.origin == tag_ || event.id.number <= highest_[event.id.origin]) return false;
    ++head_;
    push({event.kind, event.id, head_, std::string(event.channel), std::string(event.body)});
    return true;
  }

  void takeHole(const Identity& id) {
    const std::lock_guard lock(mutex_);
    ++head_;
    highest_[id.origin] = std::max(highest_[id.origin], id.number);
    entries_.push_back({EventKind::Hole, id, head_, {}, {}});
  }

  /// Forgets what stands at `position`.
  void drop(std::uint64_t position) {
    const std::lock_guard lock(mutex_);
    for (auto it = entries_.begin(); it != entries_.end(); ++it) {
      if (it->position != position) continue;
      lost_ = std::max(lost_, position);
      if (it->id.origin == tag_) lost_own_ = std::max(lost_own_, position);
      entries_.erase(it);
      return;
    }
  }

  /// Keeps only what stands after `position`.
  void forget(std::uint64_t position) {
    for (std::uint64_t i = 1; i <= position; ++i) drop(i);
  }
  void keepCheckpoint(const Checkpoint& checkpoint) {
    const std::lock_guard lock(mutex_);
    kept_.push_back(checkpoint);
  }

  /// Makes up floors: `lost` everywhere and of so many channels.
  void setFloors(const std::vector<Identity>& lost, std::size_t channels) {
    const std::lock_guard lock(mutex_);
    floors_ = {{}, lost, {}};
    for (std::size_t i = 0; i < channels; ++i) floors_.channels.emplace_back("channel " + std::to_string(i), lost);
  }

  [[nodiscard]] std::vector<Entry> entries() const {
    const std::lock_guard lock(mutex_);
    return {entries_.begin(), entries_.end()};
  }

  /// Bodies of all events, in order; a hole reads "hole <origin> <number>".
  [[nodiscard]] std::vector<std::string> bodies() const {
    std::vector<std::string> bodies;
    for (const auto& entry : entries()) {
      bodies.push_back(entry.kind == EventKind::Hole
                           ? "hole " + std::string(text(entry.id.origin)) + " " + std::to_string(entry.id.number)
                           : entry.body);
    }
    return bodies;
  }

  [[nodiscard]] Tag tag() const override { return tag_; }

  [[nodiscard]] std::uint64_t head() const override {
    const std::lock_guard lock(mutex_);
    return head_;
  }

  [[nodiscard]] JournalRead read(std::uint64_t after, Scope scope, std::size_t max_events,
                                 std::size_t max_bytes) const override {
    const std::lock_guard lock(mutex_);
    JournalRead result;
    auto kept = std::make_shared<std::deque<Entry>>();
    std::size_t bytes = 0;
    result.next = after;
    result.lost = scope == Scope::All ? lost_ : lost_own_;
    result.hole = result.lost > after;
    for (const auto& entry : entries_) {
      if (entry.position <= after) continue;
      if (kept->size() >= max_events || (bytes >= max_bytes && !kept->empty())) {
        result.more = true;
        break;
      }
      result.next = entry.position;
      if (scope == Scope::Own && (entry.id.origin != tag_ || entry.kind == EventKind::Hole)) continue;
      bytes += entry.body.size();
      kept->push_back(entry);
    }
    if (!result.more) result.next = std::max(head_, after);
    for (const auto& entry : *kept) {
      EventView view;
      view.kind = entry.kind;
      view.id = entry.id;
      view.position = entry.position;
      view.channel = entry.channel;
      view.body = entry.body;
      view.client = entry.client;
      view.been_to = entry.been_to;
      result.batch.events.push_back(view);
    }
    result.batch.storage = kept;
    return result;
  }

  [[nodiscard]] Checkpoint checkpoint() const override {
    const std::lock_guard lock(mutex_);
    Checkpoint checkpoint{tag_, head_, {}};
    for (const auto& [origin, number] : highest_) checkpoint.highest.push_back({origin, number});
    return checkpoint;
  }

  [[nodiscard]] Floors floors() const override {
    const std::lock_guard lock(mutex_);
    return floors_;
  }

  [[nodiscard]] std::optional<Checkpoint> checkpointOf(Tag node, std::uint64_t position) const override {
    std::optional<Checkpoint> found;
    for (const auto& checkpoint : checkpoints()) {
      if (checkpoint.node != node || checkpoint.position > position) continue;
      if (!found || found->position < checkpoint.position) found = checkpoint;
    }
    return found;
  }

  [[nodiscard]] std::vector<Checkpoint> checkpoints() const override {
    const std::lock_guard lock(mutex_);
    return kept_;
  }

 private:
  void push(Entry entry) {
    auto& highest = highest_[entry.id.origin];
    highest = std::max(highest, entry.id.number);
    entries_.push_back(std::move(entry));
  }

  const Tag tag_;
  mutable std::mutex mutex_;
  std::uint64_t head_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t lost_own_ = 0;
  std::deque<Entry> entries_;
  std::map<Tag, std::uint64_t> highest_;
  std::vector<Checkpoint> kept_;
  Floors floors_;
};

}  // namespace sse::test
