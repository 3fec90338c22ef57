#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "discovery/gossip/member.h"

namespace sse::gossip {

/// A node became a member, or its state or data changed. `before` is empty where the node was not known.
struct MemberChanged {
  Member member;
  std::optional<NodeState> before;
};

/// A node was taken out of the table.
struct MemberForgotten {
  std::string name;
};

/// Somebody claims a known name with another address, or, about ourselves, with our address and other data. The claim
/// was ignored or refuted.
struct NameConflict {
  Member known;
  Endpoint claimed;
  bool ours = false;  ///< it is our own name
};

/// After a NameConflict of ours: others hold our name with our address now.
struct NameSettled {};

/// Others took us for less than alive, or for what we were before a restart.
struct Refuted {
  std::uint32_t incarnation = 0;
  const char* what = "";  ///< what was refuted: "suspicion", "death", "other data" or "an earlier life"
};

/// One probe of our own has come to its end.
struct ProbeEnded {
  std::string name;
  bool ok = false;
  bool by_stream = false;            ///< packets did not get through, a connection did
  std::chrono::microseconds rtt{0};  ///< of a direct or relayed ack
};

/// One push/pull that we began has come to its end.
struct ExchangeEnded {
  Endpoint with;
  bool join = false;
  std::string error;  ///< empty: it worked
};

/// An exchange that somebody else began was answered and then not merged.
struct ExchangeRefused {
  std::string error;
};

/// The table is full: a node was not taken in. Told once, and again after there was room.
struct TableFull {
  std::string name;
};

/// Numbers that the parts of one engine share. Owned by the engine.
struct Numbers {
  std::uint32_t sequence = 0;  ///< of the last ping, own or relayed
  std::uint64_t call = 0;      ///< of the last stream
};

using Event = std::variant<MemberChanged, MemberForgotten, NameConflict, NameSettled, Refuted, ProbeEnded,
                           ExchangeEnded, ExchangeRefused, TableFull>;

/// Encoded messages for one datagram, to be sent from the listening socket.
struct OutgoingPacket {
  Endpoint to;
  std::vector<std::string> messages;
  bool crc = false;  ///< the receiver understands the CRC
};

/// A stream to open: send `request`, read one message, hand it to Engine::answered with `id`, or the error. To be
/// answered once, by `deadline` at the latest.
struct OutgoingCall {
  std::uint64_t id = 0;
  Endpoint to;
  StreamMessage request;
  Clock::time_point deadline;
};

/// What the engine wants done, in order. Owned by the engine, which hands it over whole: Engine::take.
struct Outbox {
  static constexpr std::size_t kMaxEvents = 4096;

  std::vector<OutgoingPacket> packets;
  std::vector<OutgoingCall> calls;
  std::vector<Event> events;
  std::size_t events_dropped = 0;  ///< beyond kMaxEvents
  bool members_changed = false;    ///< the table differs from what it was when the outbox was taken before
  bool hosts_wanted = false;       ///< it is time to join: resolve the configured hosts, hand them to Engine::hosts

  /// Keeps an event while there is room for it.
  void tell(Event event) {
    if (events.size() < kMaxEvents) {
      events.push_back(std::move(event));
    } else {
      ++events_dropped;
    }
  }
};

}  // namespace sse::gossip
