#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>

#include "sse/messages.h"
#include "transport/relay/dial.h"
#include "transport/relay/hub.h"
#include "transport/relay/link.h"

namespace sse::relay {

/// Our side of reading one peer: dials it for as long as it is a member, with back-off, and hands over what it feeds.
/// Owned by the relay, one per PeerAdded, lives on the control thread. Has at most one connection.
class Reader final : public LinkOwner {
 public:
  enum class State : std::uint8_t {
    Idle,      ///< waits for the next try
    Dialing,   ///<
    Greeting,  ///< hello sent
    Waiting,   ///< accepted; the fill from another peer comes first
    Reading,   ///<
    Alias,     ///< another reader reads the same process
    Self,      ///< leads back to this node
  };

  Reader(Hub& hub, PeerAdded peer);

  /// Dials now. [control] [Idle or Alias]
  void dial();
  /// Reads from `start` on. [control] [Waiting]
  void begin(const Start& start);
  /// Looks at the clock. [control]
  void tick(Clock::time_point now);
  /// Ends without a word. [control]
  void close();

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool up() const { return state_ == State::Waiting || state_ == State::Reading; }
  [[nodiscard]] const std::string& key() const { return peer_.key; }
  /// What the peer said of itself; of the last connection. [control]
  [[nodiscard]] const Hello& peerHello() const { return theirs_; }
  [[nodiscard]] Link* link() const { return link_.get(); }

  void onFrame(Frame frame, const std::shared_ptr<const void>& storage) override;
  void onReadTurn() override;
  void onDrained() override {}
  void onClosed(const std::string& reason) override;

 private:
  void dialed(Result<Dialed> result);
  void greeted(Hello hello);
  void place(Hub::Verdict verdict, const Start& start);
  void broken(const std::string& reason, bool refused);
  void retryLater(bool refused);
  void report(LinkChanged::State state, const std::string& reason = {});
  void refuse(const std::string& reason);
  void onEvents(Events events, const std::shared_ptr<const void>& storage);
  void handOver(PeerEvents message);
  [[nodiscard]] std::string peerName() const;

  Hub& hub_;
  const PeerAdded peer_;
  State state_ = State::Idle;
  std::unique_ptr<Dial> dial_;
  std::unique_ptr<Link> link_;  // a closed one stays until the next dial: it may be the caller
  Registration retry_;
  Duration backoff_;
  bool dialed_before_ = false;
  bool was_up_ = false;
  bool refused_ = false;  // the peer said why it closes
  Clock::time_point since_;
  Hello ours_;
  Hello theirs_;
  std::uint64_t cursor_ = 0;
  std::uint64_t handed_ = 0;
  std::uint64_t acked_ = 0;
  bool filled_ = false;
  bool filling_ = false;  // events of every origin come, until filled_
  LinkChanged reported_;
  bool ever_reported_ = false;
  std::minstd_rand random_;
};

}  // namespace sse::relay
