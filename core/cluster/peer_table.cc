#include "cluster/peer_table.h"

#include <algorithm>
#include <tuple>

namespace sse::cluster {
namespace {

std::string keyOf(const std::string& address, std::uint16_t port) { return address + ":" + std::to_string(port); }

bool isActive(Member::State state) { return state == Member::State::Alive || state == Member::State::Suspect; }

/// How much a state counts where plugins, or the rows of one, differ: who sees the peer alive is right.
int rank(Member::State state) {
  switch (state) {
    case Member::State::Alive: return 3;
    case Member::State::Suspect: return 2;
    case Member::State::Left: return 1;
    case Member::State::Dead: return 0;
  }
  return 0;
}

/// Of two members at one endpoint, which is there: a node may be restarted under another name. Does not depend on the
/// order in which they are told.
bool precedes(const Member& one, const Member& other) {
  return std::tuple(rank(one.state), std::string_view(one.name)) >
         std::tuple(rank(other.state), std::string_view(other.name));
}

}  // namespace

const char* stateText(Member::State state) {
  switch (state) {
    case Member::State::Alive: return "alive";
    case Member::State::Suspect: return "suspect";
    case Member::State::Dead: return "dead";
    case Member::State::Left: return "left";
  }
  return "unknown";
}

const char* linkText(LinkChanged::State state) {
  switch (state) {
    case LinkChanged::State::Connecting: return "connecting";
    case LinkChanged::State::Connected: return "connected";
    case LinkChanged::State::Broken: return "broken";
    case LinkChanged::State::Self: return "self";
  }
  return "unknown";
}

PeerTable::Changes PeerTable::membership(const MembershipChanged& message, Clock::time_point now) {
  auto& members = sources_[message.source];
  members.clear();
  auto& gossip = gossip_[message.source];
  gossip.clear();
  for (const auto& member : message.members) {
    if (member.gossip_port != 0 && isActive(member.state)) {
      gossip.push_back({member.address, member.gossip_port, member.self});
    }
    if (member.self || member.http_port == 0 || member.address.empty()) continue;
    const auto key = keyOf(member.address, member.http_port);
    const auto [row, fresh] = members.try_emplace(key, member);
    if (!fresh && precedes(member, row->second)) row->second = member;
    peers_[key];
  }
  Changes changes;
  for (auto& [key, peer] : peers_) join(key, peer, changes, now);
  return changes;
}

/// Makes one peer of what all plugins say of an endpoint.
void PeerTable::join(const std::string& key, Peer& peer, Changes& changes, Clock::time_point now) {
  peer.sources.clear();
  std::optional<Member::State> state;
  for (const auto& [source, members] : sources_) {
    const auto found = members.find(key);
    if (found == members.end()) continue;
    const auto& member = found->second;
    peer.sources.push_back(source);
    peer.address = member.address;
    peer.http_port = member.http_port;
    if (!member.name.empty()) peer.name = member.name;
    if (!state || rank(member.state) > rank(*state)) state = member.state;
  }
  const bool was_gone = !isActive(peer.state);
  if (state || !was_gone) peer.state = state.value_or(Member::State::Left);
  const bool renamed = peer.active && peer.name != peer.told_name;
  if (isActive(peer.state) == peer.active && !renamed) return;
  peer.active = isActive(peer.state);
  if (peer.active) {
    peer.told_name = peer.name;
    changes.added.push_back({key, peer.name, peer.address, peer.http_port});
  } else {
    changes.removed.push_back({key});
    peer.gone_at = now;
    peer.link.reset();
  }
}

void PeerTable::link(const LinkChanged& message, Clock::time_point now) {
  if (message.key.empty()) {
    if (message.state == LinkChanged::State::Connected) {
      incoming_[message.tag] = message;
    } else {
      incoming_.erase(message.tag);
    }
    return;
  }
  const auto found = peers_.find(message.key);
  if (found == peers_.end() || !found->second.active) return;
  auto& peer = found->second;
  const bool was_broken = peer.link && peer.link->state == LinkChanged::State::Broken;
  if (message.state == LinkChanged::State::Broken && !was_broken) peer.broken_at = now;
  peer.link = message;
}

bool PeerTable::tick(Clock::time_point now) {
  const auto gone = [&](const auto& entry) { return !entry.second.active && now - entry.second.gone_at >= kListedFor; };
  bool changed = std::erase_if(peers_, gone) > 0;
  for (const auto& [key, peer] : peers_) {
    changed = changed || (peer.link && peer.link->state == LinkChanged::State::Broken);
  }
  return changed;
}

bool PeerTable::allFilled() const {
  return std::all_of(peers_.begin(), peers_.end(), [](const auto& entry) {
    const auto& peer = entry.second;
    if (!peer.active || peer.state != Member::State::Alive) return true;
    if (!peer.link) return false;
    return peer.link->state == LinkChanged::State::Self ||
           (peer.link->state == LinkChanged::State::Connected && peer.link->filled);
  });
}

bool PeerTable::clashes(const LinkChanged& link) const {
  return link.state == LinkChanged::State::Connected && link.name == own_name_ && link.tag != own_tag_ &&
         link.tag != Tag{};
}

/// Both sides come to the same end: of two that began at once the one with the lower tag counts as the first.
PeerTable::Clash::First PeerTable::first(const LinkChanged& link) const {
  if (!link.older_by) return Clash::First::Unknown;
  const bool at_once = std::chrono::abs(*link.older_by) < kSameAge;
  const bool them = at_once ? link.tag < own_tag_ : *link.older_by > Duration::zero();
  return them ? Clash::First::Them : Clash::First::Us;
}

std::optional<PeerTable::Clash> PeerTable::clash() const {
  std::optional<Clash> worst;
  const auto look = [&](const LinkChanged& link, std::string who) {
    if (clashes(link) && (!worst || first(link) > worst->first)) worst = Clash{first(link), std::move(who)};
  };
  for (const auto& [key, peer] : peers_) {
    if (peer.active && peer.link) look(*peer.link, key);
  }
  for (const auto& [tag, link] : incoming_) look(link, std::string(text(tag)));
  return worst;
}

NodeView PeerTable::nodeOf(const Peer& peer, Clock::time_point now) const {
  NodeView node;
  node.name = peer.name;
  node.address = peer.address;
  node.http_port = peer.http_port;
  node.state = peer.state;
  node.sources = peer.sources;
  if (!peer.active) node.link = LinkChanged::State::Broken;
  if (!peer.link) return node;
  node.link = peer.link->state;
  node.reason = peer.link->reason;
  node.filled = peer.link->filled;
  node.tag = peer.link->tag;
  node.lag_events = peer.link->lag_events;
  if (!peer.link->name.empty()) node.name = peer.link->name;
  const bool broken = node.link == LinkChanged::State::Broken && now - peer.broken_at >= kSuspectAfter;
  if (broken && node.state == Member::State::Alive) node.state = Member::State::Suspect;
  if (const auto found = incoming_.find(node.tag); found != incoming_.end()) node.lag_events = found->second.lag_events;
  return node;
}

/// The listed node that `link`'s peer is, where that is not known by its process as nobody here reads it: the one of
/// its name, or the only one at its address.
NodeView* PeerTable::unread(ClusterView& view, const LinkChanged& link) const {
  NodeView* at_address = nullptr;
  std::size_t there = 0;
  for (auto& node : view.nodes) {
    if (node.tag != Tag{} || !isActive(node.state)) continue;
    if (!node.name.empty() && node.name == link.name) return &node;
    const auto peer = peers_.find(keyOf(node.address, node.http_port));
    if (!node.name.empty() || link.address.empty() || peer == peers_.end()) continue;
    if (!peer->second.link || peer->second.link->address != link.address) continue;
    at_address = &node;
    ++there;
  }
  return there == 1 ? at_address : nullptr;
}

ClusterView PeerTable::view(Clock::time_point now) const {
  ClusterView view;
  const auto counts = [](const NodeView& node) {
    return std::tuple(rank(node.state), node.link == LinkChanged::State::Connected);
  };
  const auto same_process = [&](const Tag& tag) {
    return std::find_if(view.nodes.begin(), view.nodes.end(),
                        [&](const NodeView& node) { return tag != Tag{} && node.tag == tag; });
  };
  for (const auto& [key, peer] : peers_) {
    auto node = nodeOf(peer, now);
    if (node.link == LinkChanged::State::Self) continue;
    const auto same = same_process(node.tag);
    if (same == view.nodes.end()) {
      view.nodes.push_back(std::move(node));
    } else {
      // An endpoint that leads to a process read by another one tells nothing of how far that is.
      const bool filled = node.filled && same->filled;
      if (counts(node) > counts(*same)) *same = std::move(node);
      same->filled = filled;
    }
  }
  for (const auto& [tag, link] : incoming_) {
    if (tag == own_tag_ || same_process(tag) != view.nodes.end()) continue;
    if (auto* known = unread(view, link)) {
      known->tag = tag;
      known->name = link.name;
      known->lag_events = link.lag_events;
      continue;
    }
    NodeView node;
    node.name = link.name;
    node.tag = tag;
    node.reason = "discovery of this node does not list it, so it is not read";
    node.lag_events = link.lag_events;
    view.nodes.push_back(std::move(node));
  }
  for (const auto& [source, members] : gossip_) view.gossip.insert(view.gossip.end(), members.begin(), members.end());
  std::sort(view.nodes.begin(), view.nodes.end(), [](const NodeView& a, const NodeView& b) {
    return std::tie(a.address, a.http_port, a.name) < std::tie(b.address, b.http_port, b.name);
  });
  return view;
}

}  // namespace sse::cluster
