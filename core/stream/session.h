#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "channel/entry.h"
#include "channel/journal.h"
#include "net/connected.h"
#include "net/event_loop.h"
#include "net/outlet.h"

namespace sse::stream {

class Readers;
class Streamer;

enum class CloseReason : std::uint8_t { Client, Slow, Node, Expired };

/// How blocks are put on the wire.
enum class Framing : std::uint8_t {
  Chunked,  ///< HTTP/1.1
  Plain,    ///< HTTP/1.0: until close
  Data,     ///< HTTP/2: an outlet's bytes
};

/// A gap to be told in its place among the events: after everything up to `position`.
struct Gap {
  std::uint64_t position = 0;
  std::string block;  ///< the SSE block
};

/// What only some sessions have.
struct SessionExtra {
  struct Place {
    Readers* readers;
    std::uint32_t place;
  };
  std::vector<Place> places;        ///< of the channels after the first
  std::string client;               ///< as asked for; empty: generated
  std::string identity;             ///< as the auth plugin named it
  std::string pending;              ///< bytes to be sent before anything else
  std::vector<Gap> gaps;            ///< by position
  std::vector<std::uint64_t> told;  ///< per log: floor of a gap already told
  std::uint64_t told_broadcasts = 0;
  std::vector<Identity> had;         ///< what a stream that came from another node has already…
  std::uint64_t had_until = 0;       ///< …among entries up to here, and later ones while it is wary
  std::uint64_t past_until = 0;      ///< what fills brought is seen up to here
  std::uint64_t credential = 0;      ///< as the auth plugin named it; 0: it cannot be revoked
  std::uint64_t opened_at_head = 0;  ///< closings up to here were meant for earlier streams
};

/// Keeps entries alive whose bytes an outlet took.
extern const net::Keeper kEntryKeeper;

/// One subscriber: a connected socket, or an outlet of a shared one, and a cursor in the journal. An idle one holds no
/// buffer, no queue, no parser and no name. Owned by its loop's Streamer, lives on that loop. Always holds: everything
/// the subscriber may see up to `cursor()` has been handed to the kernel, but for the rest of `partial` and the extra's
/// `pending`.
class alignas(64) Session final : public net::Pollable {
 public:
  Session(Streamer& owner, net::Connected socket, net::Outlet* outlet, std::uint32_t slot, std::uint32_t generation,
          Framing framing);
  ~Session();

  void onReady(std::uint32_t ready) override;

  [[nodiscard]] int fd() const { return socket_.fd.get(); }
  [[nodiscard]] std::uint32_t slot() const { return slot_; }
  [[nodiscard]] std::uint32_t generation() const { return generation_; }
  [[nodiscard]] std::uint64_t cursor() const { return cursor_; }
  [[nodiscard]] Framing framing() const { return framing_; }
  [[nodiscard]] bool closed() const { return closed_; }
  /// The socket is full: waits for EPOLLOUT.
  [[nodiscard]] bool blocked() const { return blocked_; }
  /// May take the shared gathered write of a fan-out: one channel, chunked or data, in step.
  [[nodiscard]] bool simple() const {
    return !blocked_ && !behind_ && !wary_ && extra_places_ == 0 && framing_ != Framing::Plain;
  }
  /// As asked for, or made from place and generation.
  [[nodiscard]] std::string client() const;
  [[nodiscard]] std::uint32_t clientHash() const { return client_hash_; }
  [[nodiscard]] bool hasOwnClient() const { return extra_ && !extra_->client.empty(); }
  /// Bytes that a subscriber may send before it is closed: it has nothing to say, and each costs the loop time.
  static constexpr std::size_t kMostIgnored = 16 << 10;
  /// Loop seconds of the last write.
  [[nodiscard]] std::uint32_t lastWrite() const { return last_write_; }
  [[nodiscard]] std::uint32_t openedAt() const { return opened_at_; }
  [[nodiscard]] std::vector<channel::Log*> logs() const;
  [[nodiscard]] const SessionExtra* extra() const { return extra_.get(); }

 private:
  friend class Expiry;
  friend class Readers;
  friend class Streamer;
  friend class FanOut;
  friend class Pump;

  std::optional<CloseReason> ignore();
  /// This session's place in `readers` changed.
  void moved(Readers* readers, std::uint32_t place);
  SessionExtra& more();

  // A fan-out touches the members up to `framing_` of every session: with the table pointer they are one cache line.
  net::Connected socket_;
  std::uint64_t cursor_ = 0;
  std::uint32_t last_write_ = 0;
  std::uint16_t extra_places_ = 0;
  bool blocked_ = false;
  bool behind_ = false;     ///< the cursor is not at its channels' heads: to be pumped
  bool caught_up_ = false;  ///< was in step once: from then on its lag is limited
  bool queued_ = false;     ///< is in the Streamer's list of sessions to pump
  bool closed_ = false;
  bool closing_ = false;  ///< to be closed once `pending` is out
  bool wary_ = false;     ///< had events elsewhere that may still be on their way to this node: those are dropped
  Framing framing_;
  std::uint16_t ignored_ = 0;  ///< bytes of the subscriber's
  net::Outlet* const outlet_;  ///< of Data
  Streamer& owner_;
  std::uint32_t slot_;
  std::uint32_t generation_;
  std::uint32_t opened_at_ = 0;
  std::uint32_t place_ = 0;
  std::uint32_t client_hash_ = 0;
  std::uint32_t partial_sent_ = 0;
  Readers* readers_ = nullptr;
  channel::EntryRef partial_;  ///< an entry that is half written; of it `partial_sent_` bytes are out
  std::unique_ptr<SessionExtra> extra_;
};

static_assert(sizeof(Session) == 128, "a million streams: two cache lines each");

}  // namespace sse::stream
