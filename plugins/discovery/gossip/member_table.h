#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "discovery/gossip/member.h"
#include "discovery/gossip/random.h"

namespace sse::gossip {

/// All nodes that are known and not yet forgotten, by name, in the order in which they are probed (docs/memberlist.md
/// sections 12.1, 12.7 and 13). Owned by the membership. Never holds more than its limit. Pointers are good until the
/// node is forgotten.
class MemberTable {
 public:
  MemberTable(std::size_t limit, Random& random) : limit_(limit), random_(random) {}

  /// The node of that name, or nullptr.
  [[nodiscard]] Member* find(const std::string& name);
  [[nodiscard]] const Member* find(const std::string& name) const;

  /// Puts a node of a new name at a random place; nullptr where the table is full.
  Member* insert(Member member);

  /// The next node to probe, whatever its state; nullptr at the end of the list, where a new round is to begin.
  [[nodiscard]] const Member* step();

  /// Forgets the dead and left nodes that changed before `before`, except `keep`, and shuffles the list. Returns whom
  /// it forgot.
  std::vector<Member> newRound(Clock::time_point before, const std::string& keep);

  /// Up to `count` nodes for which `fits` holds, chosen evenly.
  template <typename Fits>
  [[nodiscard]] std::vector<const Member*> sample(std::size_t count, Fits fits) const {
    std::vector<const Member*> found;
    for (const auto* member : order_) {
      if (fits(*member)) found.push_back(member);
    }
    random_.choose(found, count);
    return found;
  }

  [[nodiscard]] const std::vector<Member*>& all() const { return order_; }
  [[nodiscard]] std::size_t size() const { return order_.size(); }
  [[nodiscard]] std::size_t count(NodeState state) const;

 private:
  std::size_t limit_;
  Random& random_;
  std::unordered_map<std::string, std::unique_ptr<Member>> by_name_;
  std::vector<Member*> order_;
  std::size_t next_ = 0;
};

}  // namespace sse::gossip
