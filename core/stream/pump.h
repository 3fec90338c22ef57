#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <sys/types.h>
#include <sys/uio.h>
#include <vector>

#include "channel/journal.h"
#include "stream/session.h"

namespace sse::stream {

class Streamer;

/// Brings one session that is not in step further, straight from the journal: the rest of a half-written entry, a
/// resume with its gaps, several channels, targeted events, HTTP/1.0. One read and one gathered write per run. Owned by
/// the Streamer; its buffers serve all sessions of the loop in turn. [loop]
class Pump {
 public:
  explicit Pump(Streamer& owner) : owner_(owner) {}

  /// One round; queues the session again where there is more and the socket takes it.
  void run(Session& session);

 private:
  enum class What : std::uint8_t { Rest, Entry, Partial, Gap, Hole };
  struct Part {
    What what = What::Rest;
    std::uint64_t position = 0;             ///< the cursor once its first byte is out; 0: where it is
    const channel::Entry* entry = nullptr;  ///< of Entry and Partial
  };

  void collect(Session& session);
  void collectEntries(Session& session);
  void addEntries(Session& session, std::size_t first);
  void add(std::string_view bytes, Part part);
  bool addGaps(Session& session, std::uint64_t upto);
  [[nodiscard]] static bool closes(const Session& session, const channel::Entry& entry);
  void addHole(Session& session, const channel::Entry& hole);
  [[nodiscard]] bool had(const Session& session, const channel::Entry& entry) const;
  [[nodiscard]] static std::string_view frameOf(const Session& session, const channel::Entry& entry);
  [[nodiscard]] std::string_view framed(const Session& session, std::string_view block);
  ssize_t write(Session& session);
  bool send(Session& session);
  void sentUpTo(Session& session, std::size_t sent);
  void account(std::size_t delivered, const channel::Entry* oldest);
  void finish(Session& session);

  Streamer& owner_;
  std::vector<channel::EntryRef> entries_;
  std::vector<iovec> iov_;
  std::vector<net::Piece> pieces_;
  std::vector<Part> parts_;
  std::vector<std::unique_ptr<std::string>> texts_;  ///< keeps text parts alive during the write
  channel::Answer answer_;
  std::size_t gaps_ = 0;  ///< of the session's, how many were collected
  bool end_ = false;      ///< the stream ends behind what was collected
};

}  // namespace sse::stream
