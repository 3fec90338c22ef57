#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sse/config.h"
#include "sse/messages.h"
#include "sse/transport.h"
#include "transport/relay/asks.h"
#include "transport/relay/feeder.h"
#include "transport/relay/fill_plan.h"
#include "transport/relay/hub.h"
#include "transport/relay/lacks.h"
#include "transport/relay/reader.h"

namespace sse::relay {

/// The transport: one Reader per member, with a Poster where the member is a node of the original program, one Feeder
/// per peer that connected, and what they share. Owned by the kernel, lives on the control thread. Holds no events: the
/// journals of both sides are its queues.
class Relay final : public Transport, private Hub {
 public:
  Result<void> configure(Host& host, std::string_view settings_json) override;
  Result<void> start() override;
  void drain() override;
  void stop() override;
  Result<void> reload(std::string_view settings_json) override;
  [[nodiscard]] Guarantees guarantees() const override { return {}; }
  [[nodiscard]] std::vector<std::string> upgrades() const override { return {"sse-relay/1"}; }
  void accept(Upgraded upgraded) override;

 private:
  // Hub
  Host& host() override { return *host_; }
  Counters& counters() override { return *counters_; }
  FeedSource& source() override { return *source_; }
  [[nodiscard]] Duration timeout() const override { return timeout_; }
  [[nodiscard]] const PeerTls& tls() const override { return tls_; }
  [[nodiscard]] std::string closed() const override;
  Hello hello() override;
  [[nodiscard]] Duration age() const override;
  [[nodiscard]] Tag root() const override { return plan_.root().value_or(host_->node().tag); }
  std::shared_ptr<const std::string> checkpoint() override;
  Verdict greeted(Reader& reader, Want& want) override;
  void reached(const Tag& peer, std::uint64_t position) override;
  void named(Reader& reader, const std::vector<Identity>& reached) override;
  void filled(Reader& reader, const Checkpoint& checkpoint) override;
  void down(Reader& reader) override;
  void feeding(Feeder& feeder) override;
  void acknowledged() override;
  void down(Feeder& feeder) override;
  void refused(const std::string& address, const std::string& reason) override;
  void asked(Link& link, const Ask& ask) override;
  void answered(const Link& from, const Answer& answer) override;
  const NodeNames& names() override;
  [[nodiscard]] bool allowsOriginal(const std::string& address) const override;
  void memberChanged() override;

  void makeWay();
  Result<void> allowOriginals(const Settings& settings);
  Result<void> takeTls(const Settings& settings);
  [[nodiscard]] std::uint64_t originalLag() const;
  void subscribe();
  /// Asks for EventsAppended only while somebody waits for it: each one wakes the control thread, which a lone node's
  /// subscribers would pay for.
  void followJournal();
  void added(const PeerAdded& peer);
  void removed(const PeerRemoved& peer);
  void appended();
  void tellFed();
  void tellHeld();
  void tellMissing();
  void takeWhatIsLacking();
  [[nodiscard]] bool feeds(const Tag& peer) const;
  void noteFed(const Tag& peer);
  void noteLost(const Feeder& feeder);
  void dialBack(const Feeder& feeder);
  void leaveReplaced();
  void wanted(const CheckpointWanted& wanted);
  void tick();
  void scheduleTick();
  void scheduleSweep();
  void sweep();
  void lost(const Link* link, const Tag& tag);
  void wakeWaiting();
  void wakeAliases(const Tag& tag);
  void reportFeeder(const Feeder& feeder, LinkChanged::State state, const std::string& reason);
  void countLinks();
  bool flushOnce();
  void waitFor(short what) const;
  [[nodiscard]] std::optional<std::uint64_t> known(const Tag& peer) const;
  [[nodiscard]] FillPlan::Met met(const Hello& hello, bool waited) const;
  [[nodiscard]] std::vector<Link*> oneLinkPerPeer();
  void unknown(const std::vector<Asks::Key>& keys);

  Host* host_ = nullptr;
  Duration timeout_{};
  PeerTls tls_;
  std::unique_ptr<Counters> counters_;
  std::unique_ptr<FeedSource> source_;
  std::map<std::string, std::unique_ptr<Reader>> readers_;  // by key
  std::vector<std::unique_ptr<Feeder>> feeders_;
  FillPlan plan_;
  Lacks lacks_;
  Asks asks_;
  std::map<Tag, std::uint64_t> reached_;  // how far each peer's own events were handed over
  bool any_original_ = false;
  std::vector<std::string> allowed_;         // relay.original_nodes, where not any
  std::vector<std::string> originals_told_;  // as published
  std::optional<NodeNames> names_;           // until somebody changes
  std::vector<Registration> subscriptions_;
  Registration appends_;  // active while a peer reads here or somebody waits for acknowledgements
  Registration ticker_;
  Clock::time_point started_;
  Clock::time_point lag_told_;
  Clock::time_point refusal_told_;
  std::uint64_t refusals_untold_ = 0;
  bool starting_ = true;
  bool draining_ = false;
  bool leaving_ = false;
  bool stopping_ = false;
  bool sweep_posted_ = false;
  std::optional<std::uint64_t> acknowledged_;  // as published
  std::optional<std::vector<Identity>> held_told_;
  std::optional<bool> missing_told_;
  std::uint64_t fed_told_ = 0;  // to the journal
  std::shared_ptr<const std::string> checkpoint_;
  std::uint64_t checkpoint_at_ = 0;
  std::shared_ptr<bool> alive_;
};

}  // namespace sse::relay
