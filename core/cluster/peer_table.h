#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cluster/cluster_view.h"
#include "sse/loop.h"
#include "sse/messages.h"

namespace sse::cluster {

/// Who is in the cluster: what all discovery plugins say, joined, and what links tell. An endpoint ("address:port")
/// known by several plugins is one peer; endpoints whose links lead to the same process are one node in the view. Pure:
/// told the time. Owned by the cluster, lives on the control thread.
class PeerTable {
 public:
  static constexpr Duration kListedFor{60'000};    ///< dead and left peers stay in the view
  static constexpr Duration kSuspectAfter{5'000};  ///< a link broken for so long makes an alive peer suspect
  static constexpr Duration kSameAge{1'000};       ///< processes that differ by less began at once

  PeerTable(std::string own_name, Tag own_tag) : own_name_(std::move(own_name)), own_tag_(own_tag) {}

  /// Endpoints to be linked with from now on, or whose name has changed, and those to be linked with no more.
  struct Changes {
    std::vector<PeerAdded> added;
    std::vector<PeerRemoved> removed;
  };

  /// Takes all that one plugin knows.
  Changes membership(const MembershipChanged& message, Clock::time_point now);

  /// Takes what a transport tells of a link.
  void link(const LinkChanged& message, Clock::time_point now);

  /// Forgets peers that have been gone for long enough; true where the view changed by time alone.
  bool tick(Clock::time_point now);

  /// Whether `source` has spoken.
  [[nodiscard]] bool heard(const std::string& source) const { return sources_.contains(source); }

  /// Whether every alive peer is linked and what it had has arrived here.
  [[nodiscard]] bool allFilled() const;

  /// Another live process that calls itself as this node does.
  struct Clash {
    enum class First : std::uint8_t { Us, Unknown, Them };
    First first = First::Unknown;
    std::string who;  ///< its address, or its tag
  };
  /// Of several, one that was there before this node, if any was.
  [[nodiscard]] std::optional<Clash> clash() const;

  [[nodiscard]] ClusterView view(Clock::time_point now) const;

 private:
  struct Peer {
    std::string name;  // as discovery says
    std::string address;
    std::uint16_t http_port = 0;
    Member::State state = Member::State::Alive;
    bool active = false;    // PeerAdded was told and PeerRemoved was not
    std::string told_name;  // in that PeerAdded
    Clock::time_point gone_at;
    std::optional<LinkChanged> link;
    Clock::time_point broken_at;
    std::vector<std::string> sources;
  };
  using Members = std::map<std::string, Member>;  // by key

  void join(const std::string& key, Peer& peer, Changes& changes, Clock::time_point now);
  [[nodiscard]] NodeView nodeOf(const Peer& peer, Clock::time_point now) const;
  [[nodiscard]] NodeView* unread(ClusterView& view, const LinkChanged& link) const;
  [[nodiscard]] bool clashes(const LinkChanged& link) const;
  [[nodiscard]] Clash::First first(const LinkChanged& link) const;

  const std::string own_name_;
  const Tag own_tag_;
  std::map<std::string, Members> sources_;
  std::map<std::string, std::vector<GossipMember>> gossip_;  // by source
  std::map<std::string, Peer> peers_;                        // by key
  std::map<Tag, LinkChanged> incoming_;                      // links of peers that connected to this node
};

}  // namespace sse::cluster
