#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "channel/journal.h"

namespace sse::channel {

/// A fill on its way. It is kept apart, in a journal with the limits of the node's, and taken over once all of it is
/// here: a part of it would raise numbers of origins above what is missing, and what breaks leaves no trace. So for the
/// time of a fill a node holds up to twice its history's budget. Lives on the control thread, except where a method
/// says otherwise.
class Fill {
 public:
  explicit Fill(Journal& journal) : journal_(journal) {}

  /// Begins, from nothing. `young`: nobody can have missed an event of `donor` itself.
  void begin(const Tag& donor, bool young);
  /// Forgets what has come.
  void drop();
  /// Takes events of the donor; gives how many were dropped as repeats.
  std::size_t append(std::span<const EventView> events, std::int64_t now_us);
  /// Events of `lost.origin` up to `lost.number` are not to be had of the donor.
  void hole(const Identity& lost, std::int64_t now_us);
  /// What is lost at the donor, and up to where its events were there when the fill began.
  void floors(const Floors& floors, std::int64_t now_us);
  /// What is here is all there is, without a fill: every peer was heard out from its beginning.
  void whole() { ended_ = true; }
  /// Some of it may not have come: all of it counts as lost for those who resume.
  void spoil() { spoiled_ = true; }
  /// All is here: it becomes this node's.
  void end(std::int64_t now_us);

  /// Between begin and drop or end. [any]
  [[nodiscard]] bool running() const { return running_.load(std::memory_order_acquire); }
  /// The same, where it is the first, or of a donor that was never heard out: what others have, and this node does not,
  /// may be on its way. [any]
  [[nodiscard]] bool opening() const { return opening_.load(std::memory_order_acquire); }

 private:
  Journal& journal_;
  std::unique_ptr<Journal> past_;
  Takeover how_;
  bool spoiled_ = false;
  bool ended_ = false;  // one has
  std::atomic<bool> running_{false};
  std::atomic<bool> opening_{false};
};

}  // namespace sse::channel
