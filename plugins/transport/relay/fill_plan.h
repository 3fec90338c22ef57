#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "transport/relay/wire.h"

namespace sse::relay {

/// From where to read a peer.
struct Start {
  Want want;
  bool skips = false;  ///< what the peer has up to `want.after` is deliberately left out
};

/// Decides from where each peer is read, so that a new node first takes everything from one donor and then only what
/// the donor lacked from each other peer. Pure. Owned by the relay, lives on the control thread.
class FillPlan {
 public:
  /// The node became ready: no first fill begins any more.
  void settled() { starting_ = false; }

  /// From where to read the peer that said `hello`; nothing: wait until the fill has ended. `known` is how far its own
  /// events have come here; `waited`: this peer was told to wait before.
  std::optional<Start> start(const std::string& key, const Hello& hello, std::optional<std::uint64_t> known,
                             bool waited);

  /// The peer `key` has sent all it had; `checkpoint` is of its journal. True where the fill has ended by this.
  bool filled(const std::string& key, const Checkpoint& checkpoint);

  /// The link to `key` broke. True where it was the donor: those who wait may ask again.
  bool broken(const std::string& key);

  /// A fill is under way: there is more to come than what is here, so others are filled better elsewhere.
  [[nodiscard]] bool filling() const { return donor_.has_value(); }

 private:
  bool starting_ = true;
  bool begun_ = false;  // a fill that broke off is done again, ready or not
  bool done_ = false;
  std::optional<std::string> donor_;      // while the fill runs
  std::map<Tag, std::uint64_t> donated_;  // what the donor had of each origin
};

}  // namespace sse::relay
