#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "discovery/gossip/awareness.h"
#include "discovery/gossip/broadcasts.h"
#include "discovery/gossip/member_table.h"
#include "discovery/gossip/outbox.h"
#include "discovery/gossip/settings.h"
#include "discovery/gossip/suspicion.h"

namespace sse::gossip {

/// The table and the rules by which messages change it (docs/memberlist.md section 12). Every change that others have
/// to hear of is queued for gossip, every change is told to the outbox. Our own node is in the table from `announce`
/// on. Owned by the engine; one thread.
class Membership {
 public:
  /// `settings`, `random` and `outbox` outlive it.
  Membership(const EngineSettings& settings, Random& random, Outbox& outbox);

  /// Puts ourselves into the table with the incarnation 1. To be called once, first. [section 18]
  void announce(Clock::time_point now);

  /// What a message says. Those that nobody may believe (no address, impossible versions, too long a name or Meta) are
  /// ignored. [sections 12.2 to 12.4]
  void alive(const Alive& message, Clock::time_point now);
  void suspect(const Suspect& message, Clock::time_point now);
  void dead(const Dead& message, Clock::time_point now);

  /// Takes the rows of a push/pull, all of them or, where versions do not match, none. [sections 11 and 12.5]
  Result<void> merge(const std::vector<Row>& rows, Clock::time_point now);

  /// The whole table for a push/pull, the dead and left included. [section 10.3]
  [[nodiscard]] std::vector<Row> rows() const;

  /// Says that we leave, unless our name was never ours but a namesake's: the goodbye would be the namesake's death.
  /// From now on nothing about us is refuted. [section 18]
  void leave(Clock::time_point now);
  [[nodiscard]] bool leaving() const { return leaving_; }

  /// Begins a new round of probing: forgets who has been dead or left for long enough. [section 12.7]
  void newRound(Clock::time_point now);

  /// When a suspect is due; `Clock::time_point::max()` where there is none.
  [[nodiscard]] Clock::time_point next() const;
  /// Declares the suspects dead that are due.
  void advance(Clock::time_point now);

  [[nodiscard]] bool isUs(const std::string& name) const { return name == settings_.name; }
  [[nodiscard]] const Member& us() const { return *table_.find(settings_.name); }
  /// Whether any other node is alive.
  [[nodiscard]] bool hasAliveOther() const;

  MemberTable& table() { return table_; }
  [[nodiscard]] const MemberTable& table() const { return table_; }
  Broadcasts& broadcasts() { return broadcasts_; }
  [[nodiscard]] const Broadcasts& broadcasts() const { return broadcasts_; }
  Awareness& awareness() { return awareness_; }
  [[nodiscard]] const Awareness& awareness() const { return awareness_; }

 private:
  [[nodiscard]] bool usable(const Alive& message) const;
  Member* entryFor(const Alive& message, Clock::time_point now);
  [[nodiscard]] static bool completes(const Alive& message, const Member& member);
  void aliveAboutUs(const Alive& message, Member& us);
  void takeOver(const Alive& message, Member& member, Clock::time_point now);
  void mergeRow(const Row& row, Clock::time_point now);
  void refute(Member& us, std::uint32_t accusing, const char* what);
  void startSuspicion(const Suspect& message, Member& member, Clock::time_point now);
  void dropSuspicion(const std::string& name);
  void setState(Member& member, NodeState state, Clock::time_point now);
  [[nodiscard]] Endpoint endpointOf(const Alive& message) const;

  const EngineSettings& settings_;
  Outbox& outbox_;
  MemberTable table_;
  Broadcasts broadcasts_;
  Awareness awareness_;
  std::unordered_map<std::string, Suspicion> suspicions_;          // by name
  std::set<std::pair<Clock::time_point, std::string>> deadlines_;  // one for each suspicion
  bool leaving_ = false;
  bool full_told_ = false;
  bool disputed_ = false;  // others hold our name with another address
  bool held_ = false;      // others have held it with ours
};

}  // namespace sse::gossip
