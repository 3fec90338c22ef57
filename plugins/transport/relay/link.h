#pragma once

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sse/loop.h"
#include "sse/transport.h"
#include "transport/relay/counters.h"
#include "transport/relay/wire.h"

namespace sse::relay {

/// Who uses a link. Called on the control thread; must not destroy the link in a call, only close it.
class LinkOwner {
 public:
  virtual ~LinkOwner() = default;
  /// A whole frame. Views in it live as long as `storage`.
  virtual void onFrame(Frame frame, const std::shared_ptr<const void>& storage) = 0;
  /// All frames that one read brought have been handed over.
  virtual void onReadTurn() = 0;
  /// Everything queued has been written: there is room.
  virtual void onDrained() = 0;
  /// The link is closed by the other side, by a malformed frame or by `fail`; the last call.
  virtual void onClosed(const std::string& reason) = 0;
};

/// Frames over a stream. Owned by its reader or feeder, lives on the control thread. Holds at most what its owner
/// queued and one read buffer; owners queue a batch only when `pending()` is 0, and more than kMaxPending closes it.
class Link {
 public:
  static constexpr std::size_t kGreetingSize = kFrameHead + kMaxGreeting;  ///< of the read buffer before `trust`
  static constexpr std::size_t kMaxPending = std::size_t{8} << 20;         ///< bytes queued beside one shared batch
  static constexpr std::int64_t kMaxInput = std::int64_t{256} << 20;       ///< bytes of unfinished frames of all links

  Link(Loop& loop, Counters& counters, LinkOwner& owner, std::unique_ptr<Stream> stream);
  ~Link() { charge(0); }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// Takes what came before, then watches. Frames may be handed over inside the call. [control] [created]
  void start(std::string_view received);

  /// The peer is accepted: from now on its frames are within `limits`. [control]
  void trust(const FrameLimits& limits);

  /// Queues a frame; it leaves with the next flush. [control]
  void send(const Frame& frame);
  /// Queues bytes that several links share. [control]
  void send(std::shared_ptr<const std::string> frames);
  /// Writes what the stream takes now; the rest follows when there is room. [control]
  void flush();

  /// Reads and forgets; closes without telling the owner once the other side has closed. [control]
  void discardInput();

  /// Bytes queued and not yet written. [control]
  [[nodiscard]] std::size_t pending() const { return pending_; }
  [[nodiscard]] bool open() const { return stream_ != nullptr; }
  [[nodiscard]] int fd() const { return stream_ ? stream_->fd() : -1; }
  /// When anything was last read, or written. [control]
  [[nodiscard]] Clock::time_point heard() const { return heard_; }
  [[nodiscard]] Clock::time_point said() const { return said_; }

  /// Closes without telling the owner. [control]
  void close();
  /// Closes and tells the owner why. [control]
  void fail(const std::string& reason);

 private:
  using Buffer = std::vector<char>;

  void onReady(std::uint32_t ready);
  void readSome();
  bool takeFrames();
  bool makeRoom();
  bool charge(std::size_t size);
  void watch(bool writable);
  void written(std::size_t size);

  Loop& loop_;
  Counters& counters_;
  LinkOwner& owner_;
  std::unique_ptr<Stream> stream_;
  Registration watch_;
  bool watching_writable_ = false;
  FrameLimits limits_;
  std::size_t read_size_ = kGreetingSize;
  std::int64_t charged_ = 0;  ///< of kMaxInput

  std::shared_ptr<Buffer> in_;  // shared with the events handed over
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;

  std::string own_out_;                                 // frames not yet in out_
  std::deque<std::shared_ptr<const std::string>> out_;  // in order
  std::size_t out_offset_ = 0;                          // written of the first
  std::size_t pending_ = 0;
  Clock::time_point heard_;
  Clock::time_point said_;
  std::shared_ptr<Link*> self_;  // posted calls hold it weakly
};

}  // namespace sse::relay
