#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sse/build_id.h"
#include "sse/event.h"

namespace sse {

/// Which entries a transport wants to read.
enum class Scope : std::uint8_t {
  Own,  ///< those this node numbered first: what it feeds to its peers
  All,  ///< those of every origin: what a freshly started peer fills itself with
};

/// What one read of the journal gave.
struct JournalRead {
  EventBatch batch;
  std::uint64_t next = 0;  ///< pass as `after` to go on
  bool more = false;       ///< there are entries after `next` already
  bool hole = false;       ///< entries of the scope after `after` are no longer kept
  std::uint64_t lost = 0;  ///< where `hole`: position of the newest of them; kept ones may stand before it
};

/// The node's journal as a transport sees it: read by position, never written (what peers sent goes over the bus as
/// PeerEvents). Owned by the node, outlives every plugin.
class SSE_PUBLIC Journal {
 public:
  virtual ~Journal() = default;

  /// This process's tag. [any]
  [[nodiscard]] virtual Tag tag() const = 0;

  /// The newest position. [any]
  [[nodiscard]] virtual std::uint64_t head() const = 0;

  /// Entries of `scope` after position `after`, at most `max_events` and about `max_bytes` of them (at least one).
  /// Takes the journal's lock for the time of copying that many references. [any]
  [[nodiscard]] virtual JournalRead read(std::uint64_t after, Scope scope, std::size_t max_events,
                                         std::size_t max_bytes) const = 0;

  /// How far this node is and what it has of each origin. [any]
  [[nodiscard]] virtual Checkpoint checkpoint() const = 0;

  /// The newest checkpoint kept here of `node`'s journal at or before `position`; `node` may be this node. [any]
  [[nodiscard]] virtual std::optional<Checkpoint> checkpointOf(Tag node, std::uint64_t position) const = 0;

  /// Every checkpoint kept here, each node's oldest first: what a freshly started peer takes over. [any]
  [[nodiscard]] virtual std::vector<Checkpoint> checkpoints() const = 0;

  /// Every peer has read the own feed up to `position`, and what stands behind it is kept at least like a backlog for
  /// live readers. Before the first call that is how far anybody has read. [any]
  virtual void fed(std::uint64_t position) { static_cast<void>(position); }

  /// The newest position of an entry that this node numbered first; 0: there was none. [any]
  [[nodiscard]] virtual std::uint64_t ownHead() const { return head(); }

  /// What has fallen away here, for a freshly started peer; channels above the node-wide floor only. [any]
  [[nodiscard]] virtual Floors floors() const { return {}; }
};

}  // namespace sse
