#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "cluster/checkpoint_log.h"
#include "cluster/resume.h"
#include "sse/event.h"
#include "sse/loop.h"

namespace sse::cluster {

/// Every checkpoint this node keeps: of its own journal and of other nodes' as they told. Made by main before the
/// journal's face for transports, outlives the cluster. Thread-safe: one mutex, held for a search or a copy, never
/// while another lock is taken.
class Checkpoints {
 public:
  static constexpr std::size_t kMostNodes = 1024;  ///< beyond it the node not heard of for longest is forgotten

  /// `own` is this process's tag; others' checkpoints live `max_age` (history.max_age).
  Checkpoints(Tag own, Duration max_age) : own_(own), max_age_(max_age) {}

  /// Keeps a checkpoint of another node; one of this node is ignored: it knows itself better. [any]
  void keep(Checkpoint checkpoint, Clock::time_point now);

  /// Keeps how far this node's own journal is. At least every 250 ms while it grows. [any]
  void recordOwn(Checkpoint checkpoint, Clock::time_point now);

  /// The newest of `node`, which may be this one, at or before `position`. [any]
  [[nodiscard]] std::optional<Checkpoint> find(const Tag& node, std::uint64_t position) const;

  /// All, this node's own too, each node's oldest first. [any]
  [[nodiscard]] std::vector<Checkpoint> all() const;

  /// The greatest position of this node's journal for which is known that all entries up to it were had; 0: none. Give
  /// `now`, the journal's present checkpoint, to be exact where everything was had. [any]
  [[nodiscard]] std::uint64_t covered(const Had& had, const Checkpoint& now) const;

  /// The same for the journal of another node, as far as its kept checkpoints tell. [any]
  [[nodiscard]] std::uint64_t coveredAt(const Tag& node, const Had& had) const;

  /// Forgets what is too old. Call every second or so. [any]
  void expire(Clock::time_point now);

 private:
  const Tag own_;
  const Duration max_age_;
  mutable std::mutex mutex_;
  CheckpointLog local_;
  std::map<Tag, CheckpointLog> others_;
};

}  // namespace sse::cluster
