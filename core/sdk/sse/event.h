#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sse {

/// Names one process start of one node: 8 random characters of [0-9a-v]. A restart is another journal, so another tag.
using Tag = std::array<char, 8>;

inline std::string_view text(const Tag& tag) { return {tag.data(), tag.size()}; }

/// Who numbered an event first, and as what: the same on every node. Written `number-origin`.
struct Identity {
  Tag origin{};
  std::uint64_t number = 0;
  auto operator<=>(const Identity&) const = default;
};

/// What an entry of the journal is. The numbers are on the relay's wire.
enum class EventKind : std::uint8_t {
  Channel = 0,        ///< to every subscriber of `channel`
  Client = 1,         ///< to the subscribers of `channel` whose client id is `client`
  Broadcast = 2,      ///< to every subscriber
  DeleteChannel = 3,  ///< forget `channel`'s history and close its streams
  CloseClient = 4,    ///< close the streams of `client` on `channel`
  Hole = 5,           ///< events of `id.origin` are missing here and cannot be had; never relayed
};

/// One event as transports carry it. All views point into the batch that holds it.
struct EventView {
  EventKind kind = EventKind::Channel;
  Identity id;
  std::uint64_t position = 0;     ///< number in the journal that was read; 0 where it comes from a peer
  std::string_view channel;       ///< empty for Broadcast and Hole
  std::string_view client;        ///< Client and CloseClient only
  std::string_view publisher_id;  ///< the publisher's own id; empty: none
  std::string_view idempotency;   ///< opaque, from the publish that had a key; empty: none
  /// The event's `event`, `data` and `retry` lines as SSE sends them, each with its LF, in this order, without id and
  /// closing empty line. The same on every node.
  std::string_view body;
  /// Where the event came from a node of the original program: the names it has been to, a JSON array of strings as
  /// that node sent it; else empty. Known only where it was numbered: no transport carries it between our nodes.
  std::string_view been_to = {};
};

/// Events in the order of one journal, sharing their storage. Immutable.
struct EventBatch {
  std::vector<EventView> events;
  std::shared_ptr<const void> storage;  ///< keeps every view alive
};

/// What cannot be had at a node: for each channel and origin the number of the newest event that fell away there or
/// never arrived. Says the same on every node, so it can be handed on.
struct Floors {
  std::vector<Identity> reached;     ///< of each origin, up to where the fill went
  std::vector<Identity> everywhere;  ///< of every channel
  std::vector<std::pair<std::string, std::vector<Identity>>> channels;
};

/// How far one journal had come, and what it had of each origin by then: all events of `highest[i].origin` up to its
/// number that were ever to arrive there.
struct Checkpoint {
  Tag node{};
  std::uint64_t position = 0;
  std::vector<Identity> highest;
};

}  // namespace sse
