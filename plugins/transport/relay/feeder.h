#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sse/transport.h"
#include "transport/relay/hub.h"
#include "transport/relay/link.h"

namespace sse::relay {

/// Our side of being read by one peer that connected to us: writes the journal from the peer's cursor on, a batch at a
/// time, and checkpoints between. A slow peer only has an old cursor. Owned by the relay, lives on the control thread.
class Feeder final : public LinkOwner {
 public:
  enum class State : std::uint8_t { Greeting, Proving, Linked, Feeding, Closed };

  Feeder(Hub& hub, Upgraded upgraded);

  /// Waits for the peer's hello. [control] [created]
  void start();
  /// Writes what the peer lacks, as far as there is room. [control]
  void pump();
  /// Looks at the clock; sends checkpoints and pings. [control]
  void tick(Clock::time_point now);
  /// A checkpoint of now, whatever the clock says. [control]
  void sendCheckpoint();
  /// One more frame, behind what is queued. [control]
  void send(const std::shared_ptr<const std::string>& frame);
  /// Everything is written that this node has. [control]
  [[nodiscard]] bool caughtUp() const;
  /// Last words: a checkpoint, and that the node leaves; the peer closes then. [control]
  void leave();
  /// Says why and closes. [control]
  void end(const std::string& reason);
  /// Ends without a word. [control]
  void close();

  [[nodiscard]] State state() const { return state_; }
  /// Not accepted yet, and there. [control]
  [[nodiscard]] bool unproven() const { return state_ == State::Greeting || state_ == State::Proving; }
  [[nodiscard]] bool up() const { return state_ == State::Linked || state_ == State::Feeding; }
  /// The peer had asked to be fed, whatever became of the link. [control]
  [[nodiscard]] bool wasFed() const { return was_fed_; }
  [[nodiscard]] const Hello& peerHello() const { return theirs_; }
  /// As LinkChanged has it. [control]
  [[nodiscard]] std::optional<Duration> olderBy() const { return older_by_; }
  [[nodiscard]] Link& link() { return link_; }
  [[nodiscard]] const std::string& remote() const { return remote_; }
  /// Entries the peer does not have yet: exact for what is on the way, an upper bound for what is not read. [control]
  [[nodiscard]] std::uint64_t lag() const;
  /// Up to here the journal was read for the peer. [control]
  [[nodiscard]] std::uint64_t cursor() const { return cursor_; }
  /// The peer has this node's own events up to here. [control]
  [[nodiscard]] std::uint64_t acknowledged() const;

  void onFrame(Frame frame, const std::shared_ptr<const void>& storage) override;
  void onReadTurn() override {}
  void onDrained() override { pump(); }
  void onClosed(const std::string& reason) override;

 private:
  void greeted(Hello hello);
  void proven(const Proof& proof);
  void accepted();
  void wanted(const Want& want);
  void finishFill();
  void sendFloors();
  [[nodiscard]] std::vector<Identity> reached() const;

  Hub& hub_;
  std::string remote_;
  std::string received_;
  std::optional<ClientCertificate> certificate_;
  Link link_;
  State state_ = State::Greeting;
  bool was_fed_ = false;
  Clock::time_point since_;
  Hello ours_;
  Hello theirs_;
  std::optional<Duration> older_by_;

  Scope scope_ = Scope::Own;
  std::uint64_t cursor_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t acked_ = 0;           // events
  std::uint64_t acked_position_ = 0;  // where the last of them stands
  std::uint64_t checkpoint_at_ = 0;   // the head when a checkpoint was last sent

  bool filled_ = false;
  Checkpoint wanted_at_;               // of the moment when Want came
  std::uint64_t own_wanted_ = 0;       // number of the newest own event then
  std::optional<Floors> floors_;       // as far as they are still to be sent
  bool floors_sent_ = false;           // or none are to be sent
  std::vector<Checkpoint> donations_;  // checkpoints still to be sent
  std::size_t donated_ = 0;
};

}  // namespace sse::relay
