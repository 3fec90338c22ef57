#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "transport/relay/wire.h"

namespace sse::relay {

/// Decides from where each peer is read, so that a node takes everything from one donor and then only what the donor
/// lacked from each other peer; and everything from whoever it meets for the first time later on and who may have more
/// than its own events. Pure. Owned by the relay, lives on the control thread.
class FillPlan {
 public:
  /// From where to read the peer that said `hello`; nothing: wait until the fill has ended. `known` is how far its own
  /// events have come here; `waited`: this peer was told to wait before.
  std::optional<Want> start(const std::string& key, const Hello& hello, std::optional<std::uint64_t> known,
                            bool waited);

  /// The peer `key` has sent all it had; `checkpoint` is of its journal. True where the fill has ended by this.
  bool filled(const std::string& key, const Checkpoint& checkpoint);

  /// The link to `key` broke. True where it was the donor: those who wait may ask again.
  bool broken(const std::string& key);

  /// A fill is under way: there is more to come than what is here, so others are filled better elsewhere.
  [[nodiscard]] bool filling() const { return donor_.has_value(); }

  /// No fill has ended of a donor that was filled itself.
  [[nodiscard]] bool unfilled() const { return !done_; }

 private:
  bool broke_ = false;  // the last fill: it is done again
  bool done_ = false;
  bool donor_unfilled_ = false;
  std::optional<std::string> donor_;      // while the fill runs
  std::map<Tag, std::uint64_t> donated_;  // what the donors had of each origin
};

}  // namespace sse::relay
