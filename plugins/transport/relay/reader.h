#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>

#include "sse/messages.h"
#include "transport/relay/dial.h"
#include "transport/relay/hub.h"
#include "transport/relay/link.h"
#include "transport/relay/poster.h"

namespace sse::relay {

/// Our side of one member: dials it for as long as it is one, with back-off. A node of ours is read, and what it feeds
/// handed over. A node of the original program is posted to; it is asked anew who it is whenever its connection ends,
/// and every kAskAgain. Owned by the relay, one per PeerAdded, lives on the control thread. Has at most one connection.
class Reader final : public LinkOwner, private PosterOwner {
 public:
  enum class State : std::uint8_t {
    Idle,      ///< waits for the next try
    Dialing,   ///<
    Greeting,  ///< hello sent
    Waiting,   ///< accepted; the fill from another peer comes first
    Reading,   ///<
    Alias,     ///< another reader reads the same process; asked again every kLookAgain
    Self,      ///< leads back to this node; asked again likewise
    Original,  ///< a node of the original program; the poster may be without a connection
  };
  /// What is known of the member, whether it can be reached now or not.
  enum class Kind : std::uint8_t { Unknown, Ours, Original };
  static constexpr Duration kAskAgain{60'000};
  static constexpr Duration kLookAgain{10'000};
  static constexpr Duration kBackoffLeast{100};

  Reader(Hub& hub, PeerAdded peer);

  /// Dials now. [control] [Idle, Alias or Self]
  void dial();
  /// Reads what is wanted. [control] [Waiting]
  void begin(Want want);
  /// Looks at the clock. [control]
  void tick(Clock::time_point now);
  /// Discovery has another name for the member. [control]
  void rename(const std::string& name);
  /// The journal grew. [control]
  void appended();
  /// Tells how far an original node is behind. [control]
  void reportLag();
  /// Stops reading and dialing; what an original node lacks may still be posted. [control]
  void leave();
  /// Ends without a word. [control]
  void close();

  [[nodiscard]] Kind kind() const { return kind_; }
  /// By which original nodes know the member: as it calls itself, else as discovery does, else its key. [control]
  [[nodiscard]] std::string name() const;
  /// The member's numeric address, as canonicalAddress gives it; empty before its name was resolved. [control]
  [[nodiscard]] const std::string& numeric() const { return numeric_; }
  /// None before the member was found to be an original node. [control]
  [[nodiscard]] Poster* poster() const { return poster_.get(); }
  [[nodiscard]] State state() const { return state_; }
  /// Leads to a process that needs no reader.
  [[nodiscard]] bool spare() const { return state_ == State::Alias || state_ == State::Self; }
  [[nodiscard]] bool up() const { return state_ == State::Waiting || state_ == State::Reading; }
  [[nodiscard]] const std::string& key() const { return peer_.key; }
  /// What the peer said of itself; of the last connection. [control]
  [[nodiscard]] const Hello& peerHello() const { return theirs_; }
  [[nodiscard]] Link* link() const { return link_.get(); }
  /// What the peer, on this connection, last said to have of each origin, in the order of tags. [control]
  [[nodiscard]] const std::vector<Identity>& held() const { return held_; }
  /// Whether the peer reads this node, too. [control]
  void setFed(bool fed);
  /// The peer reads this node no longer, without having left; it has this node's events up to `position`. [control]
  void feedLost(std::uint64_t position) { taken_ = position; }
  /// What of this node's events the peer has that does not read them now, though it did and has not left. [control]
  [[nodiscard]] std::optional<std::uint64_t> taken() const { return fed_ || left_ ? std::nullopt : taken_; }
  /// The peer is there and does not read this node yet, or no longer, and so is about to: for kSilentAfter. [control]
  [[nodiscard]] bool awaited(Clock::time_point now) const { return up() && !fed_ && now - unfed_since_ < kSilentAfter; }

  void onFrame(Frame frame, const std::shared_ptr<const void>& storage) override;
  void onReadTurn() override;
  void onDrained() override {}
  void onClosed(const std::string& reason) override;

 private:
  // PosterOwner
  void onAnswered() override;
  void onEnded(End end, const std::string& reason) override;
  void onWork() override;

  void dialFor(Purpose purpose);
  void dialed(Result<Dialed> result);
  void foundOriginal(Dialed dialed);
  void redialOriginal();
  void greeted(Hello hello);
  void place(Hub::Verdict verdict, const Want& want);
  void broken(const std::string& reason, bool refused);
  [[nodiscard]] bool wasSelf() const;
  void retryLater(bool refused);
  void report(LinkChanged::State state, const std::string& reason = {});
  void refuse(const std::string& reason);
  void onEvents(Events events, const std::shared_ptr<const void>& storage);
  void handOver(PeerEvents message);
  void tellFill(FillChanged::State state);
  void noteHeld(const Checkpoint& checkpoint);

  Hub& hub_;
  PeerAdded peer_;
  Kind kind_ = Kind::Unknown;
  std::string numeric_;
  std::unique_ptr<Poster> poster_;
  std::uint64_t post_after_;    // where a poster begins
  Clock::time_point asked_at_;  // when an original node last answered the upgrade
  bool ask_first_ = false;      // another process may answer by now
  bool leaving_ = false;
  State state_ = State::Idle;
  std::unique_ptr<Dial> dial_;
  std::unique_ptr<Link> link_;  // a closed one stays until the next dial: it may be the caller
  Registration retry_;
  Duration backoff_;
  bool dialed_before_ = false;
  bool by_tls_ = false;
  bool was_up_ = false;
  bool refused_ = false;  // the peer said why it closes
  Clock::time_point since_;
  bool fed_ = false;
  Clock::time_point unfed_since_;
  std::optional<std::uint64_t> taken_;
  bool left_ = false;  // the peer said so, and is not back
  Hello ours_;
  Hello theirs_;
  std::optional<Duration> older_by_;
  std::uint64_t cursor_ = 0;
  std::uint64_t handed_ = 0;
  std::uint64_t acked_ = 0;
  std::vector<Identity> held_;
  bool filled_ = false;
  bool filling_ = false;  // events of every origin come
  LinkChanged reported_;
  bool ever_reported_ = false;
  std::minstd_rand random_;
};

}  // namespace sse::relay
