#pragma once

#include <cstdint>
#include <deque>

#include "discovery/gossip/packets.h"

namespace sse::gossip {

/// Pings for others who get no answer themselves, and tells them (docs/memberlist.md section 13). Owned by the engine;
/// one thread. Holds at most `max_relays` of them; further ones are ignored, as if they had been lost.
class Relays {
 public:
  Relays(const EngineSettings& settings, Packets& packets, Numbers& numbers)
      : settings_(settings), packets_(packets), numbers_(numbers) {}

  /// An indirect ping came from there.
  void asked(const Endpoint& from, const IndirectPing& request, Clock::time_point now);

  /// An ack: passed on to who asked for it; true where somebody did.
  bool ack(std::uint32_t sequence);

  [[nodiscard]] Clock::time_point next() const;
  /// Tells those who want to know that no ack came in time.
  void advance(Clock::time_point now);

 private:
  struct Relay {
    std::uint32_t sequence;  // of our ping
    std::uint32_t asked;     // of the request
    Endpoint asker;
    bool nack;
    Clock::time_point due;
  };

  const EngineSettings& settings_;
  Packets& packets_;
  Numbers& numbers_;
  std::deque<Relay> waiting_;  // in the order of `due`
};

/// Where the answer to a ping or an indirect ping goes: to its source fields, or where it came from. [section 13]
Endpoint answerTo(const Source& source, const Endpoint& from);

}  // namespace sse::gossip
