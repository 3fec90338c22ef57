#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sse/journal.h"

namespace sse::conformance {

/// The tag that begins with `text`, filled up with zeros.
Tag tagOf(std::string_view text);

/// A journal in a deque: numbers, drops repeats by the highest number of each origin, forgets from the front. [any]
class FakeJournal final : public Journal {
 public:
  /// An event with storage of its own.
  struct Entry {
    EventKind kind = EventKind::Channel;
    Identity id = {};
    std::uint64_t position = 0;
    std::string channel = {};
    std::string client = {};
    std::string publisher_id = {};
    std::string idempotency = {};
    std::string body = {};
    std::string been_to = {};
    bool operator==(const Entry&) const = default;
  };

  explicit FakeJournal(Tag tag) : tag_(tag) {}

  /// An event published here; its identity and position are given to it. Returns the position.
  std::uint64_t append(Entry entry);
  std::uint64_t append(std::string channel, std::string body);

  /// An event of a peer; false where it is here already.
  bool take(const EventView& event);

  void takeHole(const Identity& id);

  /// Forgets what stands at `position`.
  void drop(std::uint64_t position);

  /// Keeps only what stands after `position`.
  void forget(std::uint64_t position);

  void keepCheckpoint(const Checkpoint& checkpoint);

  /// Makes up floors: `lost` everywhere and of so many channels.
  void setFloors(const std::vector<Identity>& lost, std::size_t channels);

  /// What is kept, in order.
  [[nodiscard]] std::vector<Entry> entries() const;

  /// How much is kept.
  [[nodiscard]] std::size_t size() const;

  /// Bodies of all events, in order; a hole reads "hole <origin> <number>".
  [[nodiscard]] std::vector<std::string> bodies() const;

  /// The highest number of `origin` that has arrived; 0: none.
  [[nodiscard]] std::uint64_t highest(const Tag& origin) const;

  [[nodiscard]] Tag tag() const override { return tag_; }
  [[nodiscard]] std::uint64_t head() const override;
  [[nodiscard]] std::uint64_t ownHead() const override { return highest(tag_); }
  [[nodiscard]] JournalRead read(std::uint64_t after, Scope scope, std::size_t max_events,
                                 std::size_t max_bytes) const override;
  [[nodiscard]] Checkpoint checkpoint() const override;
  [[nodiscard]] Floors floors() const override;
  [[nodiscard]] std::optional<Checkpoint> checkpointOf(Tag node, std::uint64_t position) const override;
  [[nodiscard]] std::vector<Checkpoint> checkpoints() const override;

 private:
  using Shared = std::shared_ptr<const Entry>;

  void push(Entry entry);
  void lose(const Entry& entry);
  [[nodiscard]] bool inScope(const Entry& entry, Scope scope) const;

  const Tag tag_;
  mutable std::mutex mutex_;
  std::uint64_t head_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t lost_own_ = 0;
  std::deque<Shared> entries_;
  std::map<Tag, std::uint64_t> highest_;
  std::vector<Checkpoint> kept_;
  Floors floors_;
};

}  // namespace sse::conformance
