#pragma once

#include <cstdint>
#include <memory>
#include <sys/uio.h>
#include <vector>

#include "channel/journal.h"
#include "net/outlet.h"
#include "stream/readers.h"

namespace sse::stream {

class Session;
class Streamer;

/// Live delivery on one loop: takes what the journal has for it and walks the readers of each channel, a slice per
/// turn, so that a large channel starves nobody. Entries that came together leave in one gathered write, whose parts
/// are made once per walk. Sessions that are not in step are left to the pump. Owned by the Streamer. [loop]
class FanOut {
 public:
  explicit FanOut(Streamer& owner) : owner_(owner) {}

  /// Takes what is new, delivers a slice; true when walks are left.
  bool turn();
  /// A channel without sessions is about to go: nothing may point to it any more.
  [[nodiscard]] bool walking(const Readers* readers) const;

 private:
  struct Walk {
    Readers* readers = nullptr;
    std::vector<channel::EntryRef> entries;
    std::vector<iovec> parts;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint64_t floor = 0;
    std::uint64_t lag_floor = 0;
    std::size_t bytes = 0;
    std::vector<net::Piece> pieces;  ///< the same for outlets; made when there is one
    std::size_t piece_bytes = 0;
    std::size_t next = 0;
    bool shared = true;  ///< every session gets every entry
    bool cut = false;    ///< something new fell away before it could be taken
    bool begun = false;
    // Of the slice under way.
    std::size_t delivered = 0;
    std::size_t writes = 0;
    std::size_t offers = 0;
  };

  bool take();
  void begin(const channel::Fresh& fresh);
  void walkBroadcast(const channel::Fresh& fresh);
  std::size_t step(Walk& walk, std::size_t quota);
  void deliver(Walk& walk, Session& session);
  void write(Walk& walk, Session& session);
  void cutIfLagging(Session& session, std::uint64_t floor, std::uint64_t lag_floor);
  void offer(Walk& walk, Session& session);
  static void cutShort(Walk& walk, Session& session, std::size_t left);
  void account(Walk& walk);
  void endFinished();
  std::unique_ptr<Walk> blank();
  [[nodiscard]] static bool concerns(const Walk& walk, const Session& session);

  Streamer& owner_;
  std::vector<std::unique_ptr<Walk>> walks_;
  std::vector<std::unique_ptr<Walk>> spare_;
  std::vector<channel::Fresh> fresh_;
  std::vector<channel::EntryRef> entries_;
  std::uint64_t last_broadcast_ = 0;
};

}  // namespace sse::stream
