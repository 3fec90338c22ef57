#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "sse/event.h"
#include "sse/loop.h"

namespace sse::relay {

/// Finds out what a node that is gone had told to a peer and not to this one: a crash in the middle of relaying, or a
/// partition in which a node was replaced. Such events come by no link any more, but the peer still has them. Pure.
/// Owned by the relay, lives on the control thread. Holds numbers of the origins that peers name, at most twice
/// kMostOrigins of each kind. What a fill was to bring is not asked for again: it may be that this node has forgotten
/// the origin.
class Lacks {
 public:
  static constexpr Duration kSettled{15'000};       ///< what is on its way has come, and who restarts is back
  static constexpr Duration kApart{60'000};         ///< between two fills for this
  static constexpr std::size_t kMostOrigins = 960;  ///< where there are more, nodes forget old ones: nothing is said

  /// A peer that is read, and what it last said to have of each origin.
  struct Peer {
    Tag tag{};
    const std::vector<Identity>* held = nullptr;
  };

  /// The peer from which to take everything anew, as for kSettled it has had the same number of an origin, above the
  /// one in `here` (by origin), that is not `read`: not this node and no peer with a link. Call every second or so.
  std::optional<Tag> look(const std::vector<Peer>& peers, const std::vector<Identity>& here,
                          const std::function<bool(const Tag&)>& read, Clock::time_point now);

  /// A fill by `peer` has ended, which had what `checkpoint` says.
  void filled(const Tag& peer, const Checkpoint& checkpoint);

 private:
  struct Missing {
    std::uint64_t number = 0;  ///< the greatest that a peer has
    Tag peer{};
    Clock::time_point since;
  };
  using Found = std::map<Tag, Missing>;

  Found missing_;                        // `peer` holds within one look
  std::optional<Tag> from_;              // the peer that is to fill
  std::map<Tag, std::uint64_t> wanted_;  // of it
  std::map<Tag, std::uint64_t> asked_;
  std::optional<Clock::time_point> last_;
};

}  // namespace sse::relay
