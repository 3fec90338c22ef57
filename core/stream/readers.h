#pragma once

#include <cstdint>
#include <vector>

#include "channel/log.h"

namespace sse::stream {

class Session;

/// The sessions of one loop that read one channel. Owned by the loop's Streamer; lives while it has sessions or a
/// fan-out of it is under way. A session that leaves during a fan-out leaves a hole, closed when the fan-out ends, so
/// that places do not move under the walk. [loop]
class Readers {
 public:
  explicit Readers(channel::Log* log) : log_(log) {}

  [[nodiscard]] channel::Log* log() const { return log_; }
  [[nodiscard]] std::size_t live() const { return live_; }
  [[nodiscard]] std::size_t places() const { return sessions_.size(); }
  [[nodiscard]] Session* at(std::size_t place) const { return sessions_[place]; }

  /// Gives the session's place.
  std::uint32_t add(Session* session);
  void remove(std::uint32_t place);

  /// Between these two, places do not move.
  void beginWalk() { walking_ = true; }
  void endWalk();
  [[nodiscard]] bool walking() const { return walking_; }

 private:
  void fill(std::uint32_t hole);

  channel::Log* log_;
  std::vector<Session*> sessions_;
  std::size_t live_ = 0;
  bool walking_ = false;
};

}  // namespace sse::stream
