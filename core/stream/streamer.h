#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "channel/journal.h"
#include "net/connected.h"
#include "net/event_loop.h"
#include "stream/clients.h"
#include "stream/expiry.h"
#include "stream/readers.h"
#include "stream/session.h"
#include "stream/settings.h"

namespace sse::stream {

class FanOut;
class Pump;

/// Where a stream starts.
struct Start {
  std::optional<std::uint64_t> after;  ///< position; none: at the head
  std::string shown_id;                ///< id of the first block; empty: the position where it starts
  std::vector<Gap> gaps;               ///< told in their places, by position
  std::vector<std::uint64_t> told;     ///< per channel: floor of its gap
  std::uint64_t told_broadcasts = 0;
  std::vector<Identity> had;     ///< entries of these origins up to these numbers are skipped…
  std::uint64_t had_until = 0;   ///< …up to this position
  std::uint64_t past_until = 0;  ///< what fills brought is seen up to here
};

/// A stream to be opened on a connection whose request has been read.
struct Opening {
  net::Connected socket;
  net::Outlet* outlet = nullptr;  ///< with Framing::Data, in place of a socket
  Framing framing = Framing::Chunked;
  std::string head;  ///< status line and headers, with their empty line; none where they are sent already
  std::vector<std::string> channels;  ///< at least one, no two equal
  std::string client;                 ///< empty: generated
  std::string identity;
  std::uint64_t credential = 0;              ///< what it may be revoked by
  std::optional<Clock::time_point> expires;  ///< it ends then
};

/// The channels of an opening joined, before it is known where to start: what a resume is measured against.
struct Joined {
  std::vector<channel::Log*> logs;
  std::uint64_t head = 0;
};

/// The streaming core of one loop: its sessions, their channels' readers, fan-out, heartbeats and drain. Owned by main,
/// lives on its loop. Always holds: a channel with a session here has this loop's reader bit set in the journal.
class Streamer {
 public:
  Streamer(net::EventLoop& loop, unsigned number, channel::Journal& journal, ClientRegistry& clients,
           const StreamSettings& settings, StreamMetrics& metrics);
  ~Streamer();
  Streamer(const Streamer&) = delete;
  Streamer& operator=(const Streamer&) = delete;

  /// Joins the channels: from here on nothing appended to them is missed by the stream that `open` makes. Must be
  /// followed by `open` or `abandon` in the same turn. Empty logs: limits.channels. [loop]
  Joined join(const std::vector<std::string>& channels);
  void abandon(const Joined& joined);
  /// Makes the session and sends its first block, gaps and what there is to catch up, in one write where it fits.
  /// [loop]
  Session* open(Opening opening, const Joined& joined, Start start);

  /// Ends a stream; Node and Expired write the closing bytes first. [loop]
  void close(Session& session, CloseReason reason);
  /// Ends the stream with that place and generation, told to come back after about `retry_ms`. [loop]
  void closeAt(std::uint32_t slot, std::uint32_t generation, std::int64_t retry_ms);
  /// Closes all streams evenly over the window, each with a `retry:` of its own; then calls `done`. Calls `ending` with
  /// each position at which streams are told to resume, before they are told. [loop]
  void drain(std::function<void(std::uint64_t position)> ending, std::function<void()> done);
  /// At the end of a turn: takes what is new and delivers a slice of it; true when there is more to do. [loop]
  bool turn();

  /// Ends of credentials. [loop]
  [[nodiscard]] Expiry& expiry() { return *expiry_; }
  [[nodiscard]] std::size_t size() const { return live_; }
  [[nodiscard]] std::string generatedClient(std::uint32_t slot, std::uint32_t generation) const;
  /// Calls `visit(channel, session)` for every session, at most `max` per channel. [loop]
  void visit(std::size_t max, const std::function<void(const std::string&, const Session&)>& visit) const;
  /// Appends `id: <position>` of a session that has everything up to `position`. [any]
  [[nodiscard]] std::string positionText(std::uint64_t position) const;
  void setSettings(const StreamSettings& settings) { settings_ = settings; }
  [[nodiscard]] const StreamSettings& settings() const { return settings_; }

 private:
  friend class Expiry;
  friend class Session;
  friend class FanOut;
  friend class Pump;

  /// A block as it goes on the wire.
  [[nodiscard]] static std::string framed(Framing framing, std::string_view block);
  void place(Session& session, Opening& opening, const Joined& joined);
  void prepare(Session& session, Opening& opening, Start start);
  /// Gives back what a session needed only to begin.
  void slim(Session& session);
  void pumpSoon(Session& session);
  bool pumpQueued();
  Readers& readersOf(channel::Log* log);
  void leave(Readers* readers, std::uint32_t place);
  void dropReaders(Readers* readers);
  void tick();
  void heartbeat(Session& session);
  void drainTick();
  void farewell(Session& session, std::int64_t retry_ms);
  [[nodiscard]] std::uint64_t reached(const Session& session) const;
  [[nodiscard]] std::int64_t nowUs() const;

  net::EventLoop& loop_;
  const unsigned number_;
  channel::Journal& journal_;
  ClientRegistry& clients_;
  StreamSettings settings_;
  StreamMetrics& metrics_;
  std::vector<Session*> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::uint32_t generation_ = 0;
  std::size_t live_ = 0;
  std::unordered_map<const channel::Log*, std::unique_ptr<Readers>> readers_;
  std::unique_ptr<Pump> pump_;
  std::unique_ptr<Expiry> expiry_;
  std::uint32_t seconds_ = 0;  ///< of the loop's clock, at this turn
  std::vector<Session*> to_pump_;
  std::vector<Session*> pumping_;
  std::unique_ptr<FanOut> fan_out_;
  std::uint64_t settled_ = 0;  ///< every session in step has everything up to here
  std::size_t tick_at_ = 0;
  Registration ticker_;
  std::function<void(std::uint64_t)> ending_;
  std::function<void()> drained_;
  Registration drain_ticker_;
  std::size_t drain_began_ = 0;
  Clock::time_point drain_until_;
};

}  // namespace sse::stream
