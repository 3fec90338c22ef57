#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sse/event.h"
#include "sse/loop.h"

/// Every message of the bus. Each is delivered on the control thread; `kTopic` ends in its revision.
namespace sse {

/// The journal grew; coalesced, so `head` may be several entries further than in the message before.
/// Published by: the journal's writers. For: transports.
struct EventsAppended {
  static constexpr std::string_view kTopic = "journal.appended/1";
  std::uint64_t head = 0;
};

/// Events that a peer handed over, in its order. Events already here (by identity) are dropped by the receiver.
/// Published by: transports. For: cluster.
struct PeerEvents {
  static constexpr std::string_view kTopic = "transport.events/1";
  std::string peer;  ///< for people: the peer's name or address
  EventBatch batch;
  /// Set where the feed has a hole before this batch: what of `hole->origin` up to `hole->number` has not arrived here
  /// by now never will.
  std::optional<Identity> hole;
  bool fill = false;  ///< a part of the fill that FillChanged said has begun
};

/// The fill of this node from a peer: events of every origin that were there before. They count once it has ended, all
/// together; of one that broke nothing does. One at a time. Published by: transports. For: the journal's owner.
struct FillChanged {
  static constexpr std::string_view kTopic = "transport.fill/1";
  enum class State : std::uint8_t { Begun, Broken, Ended } state = State::Begun;
  Tag donor{};         ///< the peer's process
  bool young = false;  ///< nobody can have missed an event of that process itself
};

/// A peer's journal has come so far. Published by: transports. For: cluster.
struct CheckpointReceived {
  static constexpr std::string_view kTopic = "transport.checkpoint/1";
  Checkpoint checkpoint;
};

/// What cannot be had at the node this one fills itself from. May come in parts, all of
/// them before FillChanged says that the fill has ended. Published by: transports. For: the journal's owner.
struct FloorsReceived {
  static constexpr std::string_view kTopic = "transport.floors/1";
  Floors floors;
};

/// Somebody resumes from a position of a node of which no checkpoint is known here: ask the peers.
/// Published by: cluster. For: transports, which answer with CheckpointReceived or CheckpointUnknown.
struct CheckpointWanted {
  static constexpr std::string_view kTopic = "cluster.checkpoint_wanted/1";
  Tag node{};
  std::uint64_t position = 0;
};

/// No peer that answered knows a checkpoint of `node` at or before `position`. Published by: transports. For: cluster.
struct CheckpointUnknown {
  static constexpr std::string_view kTopic = "transport.checkpoint_unknown/1";
  Tag node{};
  std::uint64_t position = 0;
};

/// A node that a discovery plugin knows of.
struct Member {
  std::string name;             ///< empty where discovery knows none
  std::string address;          ///< host name or numeric address of the HTTP endpoint
  std::uint16_t http_port = 0;  ///< 0: it has no HTTP endpoint and is no peer
  enum class State : std::uint8_t { Alive, Suspect, Dead, Left } state = State::Alive;
  bool self = false;              ///< known to be this node
  std::uint16_t gossip_port = 0;  ///< where it takes part in gossip; 0 where discovery is another one
};

/// All members one discovery plugin knows, each time it changes. Published by: discovery. For: cluster.
struct MembershipChanged {
  static constexpr std::string_view kTopic = "discovery.membership/1";
  std::string source;  ///< the plugin's name
  std::vector<Member> members;
};

/// A node to be linked with. `key` ("address:port") names it until PeerRemoved. Published again, with the same key,
/// when discovery learns another name of it. Published by: cluster. For: transports.
struct PeerAdded {
  static constexpr std::string_view kTopic = "cluster.peer_added/1";
  std::string key;
  std::string name;  ///< empty where discovery knows none
  std::string address;
  std::uint16_t http_port = 0;
};

/// A node that no discovery plugin knows any more. Published by: cluster. For: transports.
struct PeerRemoved {
  static constexpr std::string_view kTopic = "cluster.peer_removed/1";
  std::string key;
};

/// What a transport knows of the link to a peer, each time it changes and at least every few seconds while events flow.
/// Published by: transports. For: cluster (status, readiness).
struct LinkChanged {
  static constexpr std::string_view kTopic = "transport.link/1";
  enum class State : std::uint8_t { Connecting, Connected, Broken, Self };
  std::string key;   ///< of PeerAdded; empty for a peer that connected by itself
  std::string name;  ///< as the peer calls itself; empty before it said so
  Tag tag{};         ///< the peer's process; zeros before it said so
  State state = State::Connecting;
  std::string reason;                     ///< for people, where Broken
  std::uint64_t lag_events = 0;           ///< entries of ours that the peer does not have yet
  bool filled = false;                    ///< what the peer had at connecting has arrived here
  std::string address = {};               ///< numeric, of the other side; empty where it is not known
  std::optional<Duration> older_by = {};  ///< the peer's process than this one, where it said so; may be negative
};

/// Every numeric address from which a node of the original program may publish: members that are allowed to be such
/// nodes and are not known to be ours. Only from there `been_to` counts. Published by: transports, whenever it changes.
/// For: api.
struct OriginalNodes {
  static constexpr std::string_view kTopic = "transport.original_nodes/1";
  std::vector<std::string> addresses;
};

/// Credentials that count no more, though they have not expired: the streams that they opened end within a second.
/// Published by: auth plugins. For: kernel.
struct CredentialsRevoked {
  static constexpr std::string_view kTopic = "auth.revoked/1";
  std::vector<std::uint64_t> credentials;  ///< Decision::credential
};

/// Where the node is in its life. Published by: kernel. For: everybody.
struct NodeStateChanged {
  static constexpr std::string_view kTopic = "kernel.node_state/1";
  enum class State : std::uint8_t { Starting, Ready, Draining, Leaving };
  State state = State::Starting;
};

/// Streams of this node end at this position, and those who read them will resume on other nodes: peers are to know the
/// checkpoint before they come. Published by: kernel. For: transports, which pass it on at once.
struct StreamsEnding {
  static constexpr std::string_view kTopic = "kernel.streams_ending/1";
  Checkpoint checkpoint;
};

/// Something that a person should look at, published again for as long as it lasts, but not for each cause from
/// outside. /status lists it, one row for each id and `about`. Published by: anybody. For: kernel.
struct Warned {
  static constexpr std::string_view kTopic = "node.warned/1";
  std::string id;        ///< as in the log: "relay-refused"
  std::string text;      ///< what is wrong
  std::string about;     ///< with whom: a name, an address without a port that changes; may be empty
  bool lasting = false;  ///< as long as the process runs
};

/// Every live link has this node's own events up to `position`, which grows; from NodeStateChanged::Draining on also
/// every node whose link is broken and that has not left, so that it may fall. Published by: transports. For: whoever
/// waits.
struct PeersAcknowledged {
  static constexpr std::string_view kTopic = "transport.acknowledged/1";
  std::uint64_t position = 0;
};

/// Whether there are nodes that read this one's events before and do not now, and have not left: they have to come back
/// to get what they lack. Published by: transports, each time it changes and where somebody wants it. For: the kernel,
/// which lets them in while the node drains.
struct PeersMissing {
  static constexpr std::string_view kTopic = "transport.peers_missing/1";
  bool any = false;
};

/// The nodes of all live links have said that they have the events of each of these origins up to its number; an origin
/// that is not among them is one of which not all have said it. Published by: transports, each time it changes and
/// where somebody wants it. For: api, where a repeated publish was first another node's.
struct PeersHold {
  static constexpr std::string_view kTopic = "transport.peers_hold/1";
  std::vector<Identity> highest;  ///< in the order of their tags
};

}  // namespace sse
