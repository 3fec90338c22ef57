#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "transport/relay/wire.h"

namespace sse::relay {

/// Decides from where each peer is read, so that a node takes everything from one donor and then only what the donor
/// lacked from each other peer; and everything from whoever it meets for the first time later on and who may have more
/// than its own events. Pure. Owned by the relay, lives on the control thread.
class FillPlan {
 public:
  /// What this node knows of a peer.
  struct Met {
    std::optional<std::uint64_t> events = {};  ///< how far its own events have come here
    bool waited = false;                       ///< it was told to wait before
    bool root = false;                         ///< its root is this node, or events of it have come here
    bool fresh = false;                        ///< this node itself has nothing yet
  };
  /// From where to read the peer that said `hello`; nothing: wait until the fill has ended.
  std::optional<Want> start(const std::string& key, const Hello& hello, const Met& met);

  /// Whether the peer that said `hello` would fill this node if no fill were under way.
  [[nodiscard]] bool fills(const Hello& hello, const Met& met) const;

  /// What the donor `key` has of each origin; 0: nothing, and it would know. Counts once the fill has ended.
  void named(const std::string& key, std::vector<Identity> reached);

  /// The peer `key` has sent all it had; `checkpoint` is of its journal. True where the fill has ended by this.
  bool filled(const std::string& key, const Checkpoint& checkpoint);

  /// The process `peer` has what cannot come here otherwise: it fills at its next start, known or not.
  void wantAgain(const Tag& peer) { again_ = peer; }

  /// The link to `key` broke. True where it was the donor: those who wait may ask again.
  bool broken(const std::string& key);

  /// A fill is under way: there is more to come than what is here, so others are filled better elsewhere.
  [[nodiscard]] bool filling() const { return donor_.has_value(); }

  /// The process from which history was handed on, from donor to donor, to this node: the root of the donor that filled
  /// it while it had nothing. Nothing: there was none that told one, so this node is its own.
  [[nodiscard]] const std::optional<Tag>& root() const { return root_; }

 private:
  [[nodiscard]] bool covers(const Hello& hello, const Met& met) const;
  [[nodiscard]] std::optional<std::uint64_t> known(const Hello& hello, const Met& met) const;

  bool broke_ = false;        // the last fill: it is done again
  std::optional<Tag> again_;  // wanted
  bool filled_ = false;       // once, by one who had something
  bool fresh_ = false;        // when the fill began
  std::optional<Tag> donor_root_;
  std::optional<Tag> root_;
  std::optional<std::string> donor_;      // while the fill runs
  std::vector<Identity> named_;           // of it
  std::map<Tag, std::uint64_t> donated_;  // what the donors had of each origin
};

}  // namespace sse::relay
