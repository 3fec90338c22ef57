#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "channel/entry.h"
#include "channel/idempotency.h"
#include "channel/limits.h"
#include "channel/log.h"
#include "channel/origins.h"
#include "channel/reading.h"
#include "channel/submission.h"
#include "sse/journal.h"

namespace sse::channel {

/// The node's one journal: numbers every event of this process and keeps it in its channel's log. Shared by all loops
/// and the control thread under one lock that is held for the time of linking or copying references, never across I/O.
/// Always holds: positions grow by one per entry; a log holds its entries in the order of positions, without a hole
/// above its floor; a loop whose reader bit is set is woken for every entry after its join.
class Journal final : public sse::Journal {
 public:
  struct Callbacks {
    std::function<void(unsigned loop)> wake;               ///< a loop has something to drain; called without the lock
    std::function<void(std::uint64_t head)> own_appended;  ///< entries for the transport; called without the lock
    std::function<std::optional<Checkpoint>(Tag, std::uint64_t)> checkpoint_of;
    std::function<std::vector<Checkpoint>()> checkpoints;
  };
  Journal(Tag own, const Limits& limits, Callbacks callbacks);
  ~Journal() override;

  // Writing. `now_us` is any clock in microseconds that never steps back.

  /// Numbers and links this node's own events, in order, in one step. [any]
  void append(std::span<Submission> submissions, std::int64_t now_us);
  /// The same for events of peers; those already here are dropped. Gives how many were dropped. [any]
  std::size_t appendForeign(std::span<const EventView> events, std::int64_t now_us);
  /// Events of `lost.origin` up to `lost.number` are missing here. Before anybody reads (`quiet`) it is only remembered
  /// for those who resume from elsewhere, later it is an entry that every reader is told of. [any]
  void appendHole(const Identity& lost, bool quiet, std::int64_t now_us);
  /// Lets go of what is too old, at most `max_entries` entries and logs; true when there is more to do. [any]
  bool sweep(std::int64_t now_us, std::size_t max_entries);
  void setLimits(const Limits& limits);

  // Reading by loops.

  /// Makes loop number `loop` a reader of the channel, made where there is none: sets the bit, then reads the head.
  /// [any]
  Joined join(std::string_view channel, unsigned loop, std::int64_t now_us);
  /// The loop has no reader of `log` any more; the pointer is dead afterwards. [any]
  void leave(Log* log, unsigned loop, std::int64_t now_us);
  /// Makes the loop a reader of broadcasts (or ends that). [any]
  void joinBroadcasts(unsigned loop, bool on);
  /// The log of broadcasts, to tell it apart in what `drain` gives. [any]
  [[nodiscard]] const Log* broadcasts() const { return &broadcasts_; }
  /// Takes what is new for `loop` since it drained last. At most kDrainEvents per log; the rest comes next time. Gives
  /// the head up to which nothing is left to drain, or 0 where there is. [any]
  std::uint64_t drain(unsigned loop, std::vector<Fresh>& fresh, std::vector<EntryRef>& entries);
  /// Whether `drain` would give something. [any]
  [[nodiscard]] bool pending(unsigned loop) const;

  /// Appends to `out` what `query` asks for. [any]
  Answer read(const Query& query, std::vector<EntryRef>& out) const;

  // Questions of those who resume.

  [[nodiscard]] Extent extent(const Log* log) const;
  /// Position before the oldest kept event with a publisher's own id on one of `logs`, for `client`. [any]
  [[nodiscard]] std::optional<std::uint64_t> beforePublisherId(const Query& query, std::string_view id) const;
  /// Position before the last `count` events that the query's client may see; everything kept if there are fewer. [any]
  [[nodiscard]] std::uint64_t beforeLast(const Query& query, std::size_t count) const;
  /// Whether something of `log`, or of every channel, is gone that somebody misses who has of each origin what `had`
  /// says. [any]
  [[nodiscard]] bool misses(const Log* log, const std::vector<Identity>& had) const;

  // Pages for status: names and extents in the order of names, after `after`. Sleeps between its looks. [worker]
  [[nodiscard]] std::vector<Listed> list(std::string_view after, std::size_t max) const;
  [[nodiscard]] std::optional<Listed> find(std::string_view channel) const;
  [[nodiscard]] Totals totals() const;

  /// All that `origin` had published has arrived or is known to be lost, be it nothing. [any]
  void note(const Tag& origin);
  /// Origins of which events are in `had` and nothing was ever known here, so that what came behind them may be lost
  /// unseen. None where there have been so many origins that old ones are forgotten. [any]
  [[nodiscard]] std::vector<Tag> strangers(const std::vector<Identity>& had) const;

  /// Takes over what a donor cannot give and how far it went. [any]
  void takeFloors(const Floors& floors, std::int64_t now_us);
  /// Takes over all of `past`, a fill's, in one step: of origins that were not known here as past entries, of the
  /// others what is not here as new ones. Costs a step for each, under the lock. [any]
  void takeOver(Journal& past, const Takeover& how, std::int64_t now_us);
  /// Whether anybody has read or published here. [any]
  [[nodiscard]] bool used() const;
  /// Up to where who has all up to `position` sees what fills brought: from within a fill to its end. [any]
  [[nodiscard]] std::uint64_t pastUntil(std::uint64_t position) const;
  [[nodiscard]] Limits limits() const;

  // sse::Journal
  [[nodiscard]] Tag tag() const override { return own_; }
  [[nodiscard]] std::uint64_t head() const override;
  [[nodiscard]] std::uint64_t ownHead() const override;
  [[nodiscard]] JournalRead read(std::uint64_t after, Scope scope, std::size_t max_events,
                                 std::size_t max_bytes) const override;
  [[nodiscard]] Checkpoint checkpoint() const override;
  /// The checkpoint of an earlier position, where it can still be told; costs a step for each entry after it. [any]
  [[nodiscard]] std::optional<Checkpoint> checkpointAt(std::uint64_t position) const;
  [[nodiscard]] Floors floors() const override;
  void fed(std::uint64_t position) override;
  [[nodiscard]] std::optional<Checkpoint> checkpointOf(Tag node, std::uint64_t position) const override;
  [[nodiscard]] std::vector<Checkpoint> checkpoints() const override;

  static constexpr std::size_t kDrainEvents = 256;
  static constexpr unsigned kMaxLoops = 64;

 private:
  struct Dirty {
    Log* log;
    std::uint64_t first;
  };
  struct Lookup {
    std::size_t operator()(std::string_view name) const;
  };
  using Logs = std::unordered_map<std::string_view, std::unique_ptr<Log>, Lookup>;
  using Trash = std::vector<EntryRef>;

  // All below: [lock held].
  Log* findOrMake(std::string_view channel, std::int64_t now_us, Trash& trash);
  /// Forgets unused channels until there is room for one more; false where that cannot be.
  bool makeRoom(Trash& trash);
  [[nodiscard]] bool unread(const Log& log) const;
  void forgetOver(Trash& trash);
  void forget(Log* log, Trash& trash);
  void touchIdle(Log* log, std::int64_t now_us);
  void unlinkIdle(Log* log);
  bool link(Entry* entry, const Identity& identity, std::int64_t now_us, Trash& trash);
  void markDirty(Log* log, std::uint64_t position);
  void enforce(Log* log, Trash& trash);
  void evictOldest(Log* log, Trash& trash);
  void dropOldest(Log* log, Trash& trash);
  void unlink(Entry* entry, Trash& trash);
  std::size_t sweepPassing(std::int64_t now_us, std::size_t max_entries, Trash& trash);
  void indexPublisherId(Entry* entry);
  void unindexPublisherId(Entry* entry);
  bool submitOne(Submission& submission, std::int64_t now_us, Trash& trash);
  using Known = std::vector<Identity>;  ///< by origin
  EntryRef takeOldest();
  void takePast(Journal& past, const Takeover& how, const Known& known, std::int64_t now_us, Trash& trash);
  Raised takeFloors(const Floors& floors, const Known& known, const Takeover& how, std::int64_t now_us, Trash& trash);
  void linkForeign(const EntryRef& entry, std::int64_t now_us, Trash& trash);
  [[nodiscard]] const Entry* firstAfter(std::uint64_t position) const;
  [[nodiscard]] Extent extentOf(const Log& log) const;
  template <typename Visit>
  void visitBackwards(const Query& query, Visit visit) const;

  /// Wakes, outside of the lock, the loops that `markDirty` noted.
  void wakeLoops(std::uint64_t bits);

  const Tag own_;
  Limits limits_;
  const Callbacks callbacks_;

  mutable std::mutex mutex_;
  std::uint64_t head_ = 0;
  std::uint64_t own_head_ = 0;
  std::uint64_t own_evicted_ = 0;  ///< newest of this node's own entries that fell away, not by a deletion
  std::uint64_t any_evicted_ = 0;
  mutable std::uint64_t fed_ = 0;  ///< how far every peer, or before a word of that anybody, has read own entries
  bool fed_told_ = false;
  mutable bool feeding_ = false;  ///< a transport reads: what it has not read yet is kept like a backlog
  std::uint64_t forgotten_floor_ = 0;
  bool joined_ = false;  ///< ever
  std::vector<PastStretch> fills_;
  FloorSet lost_everywhere_;  ///< of forgotten channels, and holes
  Logs logs_;
  Log broadcasts_{"", 0};
  Entry* oldest_ = nullptr;
  Entry* newest_ = nullptr;
  std::map<std::uint64_t, Entry*> marks_;    ///< every 256th entry, for finding a position
  std::map<std::uint64_t, Entry*> passing_;  ///< entries to generated client ids, by position
  std::size_t bytes_ = 0;
  std::size_t events_ = 0;
  Losses lost_to_limits_;
  Log* idle_oldest_ = nullptr;
  Log* idle_newest_ = nullptr;
  Origins origins_;  ///< of the others
  std::unordered_multimap<std::uint64_t, Entry*> publisher_ids_;
  IdempotencyIndex idempotency_;
  std::vector<std::vector<Dirty>> dirty_;  ///< one list per loop
  std::uint64_t woken_ = 0;                ///< loops to wake once the lock is free
};

}  // namespace sse::channel
