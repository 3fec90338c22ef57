#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "sse/journal.h"
#include "sse/messages.h"
#include "sse/transport.h"
#include "transport/relay/answer_reader.h"
#include "transport/relay/hub.h"
#include "transport/relay/post_body.h"

namespace sse::relay {

/// Who makes connections for a poster. Called on the control thread; must not destroy the poster in a call.
class PosterOwner {
 public:
  /// How a connection ended.
  enum class End : std::uint8_t {
    Used,    ///< the node closes after an answer, or the poster was asked to end with it
    Idle,    ///< the node closed it while nothing was asked
    Broken,  ///< while an answer was due
  };

  virtual ~PosterOwner() = default;
  /// The node has answered: it is there.
  virtual void onAnswered() = 0;
  /// The connection is closed; the last call until the next `connect`.
  virtual void onEnded(End end, const std::string& reason) = 0;
  /// There is an event to post and no connection.
  virtual void onWork() = 0;
};

/// Sends this node's own events to one node of the original program: one POST at a time, in the order of the journal,
/// over connections that its owner makes. The journal is the queue: a slow node only has an old cursor, and loses what
/// falls away there. An event that is not taken is posted again with back-off, kMostTries times at most. Owned by the
/// reader of the member, lives on the control thread; holds a few entries of the journal and one request.
class Poster {
 public:
  static constexpr int kMostTries = 10;      ///< answered that it cannot be taken now
  static constexpr int kMostUnanswered = 3;  ///< sent without an answer: each may have been delivered there

  /// Events after `after` are sent to `peer`.
  Poster(Hub& hub, PosterOwner& owner, const PeerAdded& peer, std::uint64_t after);
  ~Poster();
  Poster(const Poster&) = delete;
  Poster& operator=(const Poster&) = delete;

  /// Takes a connection and begins to post. `received` is what has come of an answer to an earlier request, whose end
  /// is waited for; nothing: none is due. [control] [no connection]
  void connect(std::unique_ptr<Stream> stream, std::optional<std::string> received);
  /// Posts the next event if none is under way, or asks for a connection. [control]
  void pump();
  /// Lets the connection end with the answer that is due, or now. [control]
  void renew();
  /// Closes without a word. [control]
  void close();
  /// As a watch of the loop calls it; for flushing while the loop stands still. [control]
  void onReady(std::uint32_t ready);

  void setName(const std::string& name) { name_ = name; }
  [[nodiscard]] bool connected() const { return stream_ != nullptr; }
  /// A request is not written whole. [control]
  [[nodiscard]] bool writing() const { return written_ < request_.size(); }
  /// A request or its answer is under way. [control]
  [[nodiscard]] bool busy() const { return connected() && (writing() || awaiting_); }
  /// Nothing more will be posted soon, for want of events, of a connection or of time. Reads the journal. [control]
  [[nodiscard]] bool settled();
  [[nodiscard]] int fd() const { return stream_ ? stream_->fd() : -1; }
  /// Entries of this node that the node has not got yet; an upper bound. [control]
  [[nodiscard]] std::uint64_t lag() const;
  /// Up to where in the journal the node has everything, or can get nothing soon: all of it, then. [control]
  [[nodiscard]] std::uint64_t reached() const;

 private:
  [[nodiscard]] bool pausing() const { return pause_.active(); }
  const EventView* next();
  bool readMore();
  [[nodiscard]] bool wanted(const EventView& event) const;
  void post(const EventView& event);
  void write();
  void read();
  void answered(const HttpAnswer& answer);
  void judge(int status);
  void tryLater();
  void drop(const char* reason, Counter& counter);
  void advance();
  void end(PosterOwner::End end, const std::string& reason);
  void watch();

  Hub& hub_;
  PosterOwner& owner_;
  const PeerAdded peer_;
  std::string name_;  // by which been_to knows the node
  std::unique_ptr<Stream> stream_;
  Registration watch_;
  bool watching_writable_ = false;
  Registration limit_;
  Registration pause_;
  AnswerReader answers_;

  std::uint64_t cursor_ = 0;  // done up to here
  EventBatch batch_;
  std::size_t at_ = 0;           // the next of the batch
  std::uint64_t batch_end_ = 0;  // where the batch reaches to
  std::uint64_t lost_told_ = 0;

  std::string request_;
  std::size_t written_ = 0;
  bool awaiting_ = false;  // an answer is due
  bool posted_ = false;    // the answer due is to a POST
  bool last_ = false;      // the connection ends with it
  Paths paths_ = Paths::Late;
  bool other_paths_tried_ = false;
  int tries_ = 0;
  int unanswered_ = 0;
  Duration backoff_;
  Clock::time_point drop_told_;
  std::uint64_t drops_untold_ = 0;
  std::minstd_rand random_;
  std::shared_ptr<Poster*> self_;  // posted calls hold it weakly
};

}  // namespace sse::relay
