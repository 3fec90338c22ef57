#include "discovery/gossip/versions.h"

#include <algorithm>

namespace sse::gossip {
namespace {

/// What one of the two protocols, memberlist's or the application's, allows.
struct Range {
  int least = 0;
  int most = 255;
};

class Check {
 public:
  void narrow(const Versions& versions) {
    if (versions.size() < 6) return;
    for (std::size_t i = 0; i < 2; ++i) {
      ranges_[i].least = std::max(ranges_[i].least, at(versions, i * 3));
      ranges_[i].most = std::min(ranges_[i].most, at(versions, i * 3 + 1));
    }
  }

  [[nodiscard]] bool holds(const Versions& versions) const {
    for (std::size_t i = 0; i < 2; ++i) {
      const auto spoken = at(versions, i * 3 + 2);
      if (spoken < ranges_[i].least || spoken > ranges_[i].most) return false;
    }
    return true;
  }

 private:
  static int at(const Versions& versions, std::size_t i) {
    return versions.size() < 6 ? 0 : static_cast<std::uint8_t>(versions[i]);
  }

  Range ranges_[2];
};

Error refused(const std::string& name, const char* whose) {
  return {Code::Unsupported, std::string("versions: ") + whose + " \"" + name +
                                 "\" speaks a protocol version that not every alive node understands"};
}

}  // namespace

bool possible(const Versions& versions) {
  return versions.size() == 6 && versions[0] != 0 && versions[1] != 0 &&
         static_cast<std::uint8_t>(versions[0]) <= static_cast<std::uint8_t>(versions[1]);
}

Result<void> compatible(const std::vector<Row>& rows, const MemberTable& table) {
  Check check;
  for (const auto& row : rows) {
    if (row.state == NodeState::Alive) check.narrow(row.versions);
  }
  for (const auto* member : table.all()) {
    if (member->state == NodeState::Alive) check.narrow(member->versions);
  }
  for (const auto& row : rows) {
    if (!check.holds(row.versions)) return refused(row.name, "the peer's row");
  }
  for (const auto* member : table.all()) {
    if (!check.holds(member->versions)) return refused(member->name, "our member");
  }
  return {};
}

}  // namespace sse::gossip
