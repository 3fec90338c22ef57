#pragma once

#include <cstdint>
#include <vector>

#include "sse/event.h"

namespace sse::cluster {

/// What a subscriber has: of each origin, every event up to a number. Immutable value. [any]
class Had {
 public:
  Had() = default;
  /// Of each origin the greatest number counts.
  explicit Had(std::vector<Identity> highest);

  /// What a subscriber has whose Last-Event-ID says that it got `event` at position `at.number` of the node `at.origin`
  /// (both are the same where it got the event at its origin), when `checkpoint` is of that node at or before that
  /// position: everything of the checkpoint, of the event's own origin everything up to the event, and of the node's
  /// own events everything up to the position.
  static Had of(const Identity& event, const Identity& at, const Checkpoint& checkpoint);

  /// Whether the event counts as already had; a hole does when all that it says is lost was had.
  [[nodiscard]] bool has(const Identity& id) const { return id.number <= numberOf(id.origin); }

  /// Whether everything a journal had at `checkpoint` was had.
  [[nodiscard]] bool covers(const Checkpoint& checkpoint) const;

  /// Of each origin the greatest number, by origin.
  [[nodiscard]] const std::vector<Identity>& highest() const { return highest_; }

  /// Up to where events of `origin` were had; 0: none.
  [[nodiscard]] std::uint64_t numberOf(const Tag& origin) const;

 private:
  std::vector<Identity> highest_;  // by origin, each once
};

}  // namespace sse::cluster
