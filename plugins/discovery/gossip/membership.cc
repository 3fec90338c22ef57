#include "discovery/gossip/membership.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "discovery/gossip/message_codec.h"

namespace sse::gossip {
namespace {

Alive aliveOf(const Member& member) {
  return {member.endpoint.address, member.incarnation, member.meta, member.name, member.endpoint.port, member.versions};
}

}  // namespace

Membership::Membership(const EngineSettings& settings, Random& random, Outbox& outbox)
    : settings_(settings),
      outbox_(outbox),
      table_(settings.max_members, random),
      broadcasts_(settings.intervals.retransmit_multiplier) {}

void Membership::announce(Clock::time_point now) {
  Member us{settings_.name, settings_.endpoint, settings_.meta, settings_.versions, 1, NodeState::Alive, now};
  const auto* member = table_.insert(std::move(us));
  broadcasts_.queue(member->name, encode(PacketMessage(aliveOf(*member))));
  outbox_.members_changed = true;
  outbox_.tell(MemberChanged{*member, std::nullopt});
}

bool Membership::usable(const Alive& message) const {
  return isAddress(message.address) && !message.node.empty() && message.node.size() <= kMaxName &&
         message.meta.size() <= kMaxMeta && message.incarnation != 0 && possible(message.versions);
}

Endpoint Membership::endpointOf(const Alive& message) const {
  return {message.address, message.port == 0 ? settings_.endpoint.port : message.port};
}

void Membership::alive(const Alive& message, Clock::time_point now) {
  const bool about_us = isUs(message.node);
  if ((about_us && leaving_) || !usable(message)) return;
  auto* member = entryFor(message, now);
  if (member == nullptr) return;
  const bool moved = member->endpoint != endpointOf(message);
  if (moved && member->state != NodeState::Left) {
    disputed_ = disputed_ || about_us;
    outbox_.tell(NameConflict{*member, endpointOf(message), about_us});
    return;
  }
  if (about_us) {
    held_ = true;
    if (std::exchange(disputed_, false)) outbox_.tell(NameSettled{});
    return aliveAboutUs(message, *member);
  }
  if (!moved && message.incarnation <= member->incarnation && !completes(message, *member)) return;
  takeOver(message, *member, now);
}

/// The entry that the message is about, made where there is none: dead, as nothing was said of it before.
Member* Membership::entryFor(const Alive& message, Clock::time_point now) {
  if (auto* known = table_.find(message.node)) return known;
  auto* made =
      table_.insert({message.node, endpointOf(message), message.meta, message.versions, 0, NodeState::Dead, now});
  if (made == nullptr && !full_told_) outbox_.tell(TableFull{message.node});
  full_told_ = made == nullptr;
  return made;
}

/// Nodes of the original program set their metadata without a new incarnation, after a first announcement without any.
bool Membership::completes(const Alive& message, const Member& member) {
  return member.state == NodeState::Alive && message.incarnation == member.incarnation && member.meta.empty() &&
         !message.meta.empty();
}

void Membership::aliveAboutUs(const Alive& message, Member& us) {
  if (message.incarnation < us.incarnation) return;
  const bool same_data = message.meta == us.meta && message.versions == us.versions;
  if (message.incarnation == us.incarnation && same_data) return;
  refute(us, message.incarnation, same_data ? "an earlier life" : "other data");
}

void Membership::takeOver(const Alive& message, Member& member, Clock::time_point now) {
  dropSuspicion(member.name);
  const bool is_new = member.incarnation == 0;
  const auto before = is_new ? std::nullopt : std::optional(member.state);
  const auto endpoint = endpointOf(message);
  const bool same = member.meta == message.meta && member.endpoint == endpoint;
  member.incarnation = message.incarnation;
  member.meta = message.meta;
  member.endpoint = endpoint;
  member.versions = message.versions;
  if (member.state != NodeState::Alive) {
    member.state = NodeState::Alive;
    member.changed = now;
  }
  auto passed_on = message;
  passed_on.port = endpoint.port;
  broadcasts_.queue(member.name, encode(PacketMessage(std::move(passed_on))));
  if (before == NodeState::Alive && same) return;
  outbox_.members_changed = true;
  outbox_.tell(MemberChanged{member, before});
}

void Membership::suspect(const Suspect& message, Clock::time_point now) {
  auto* member = table_.find(message.node);
  if (member == nullptr || message.incarnation < member->incarnation) return;
  if (const auto found = suspicions_.find(message.node); found != suspicions_.end()) {
    deadlines_.erase({found->second.deadline(), message.node});
    if (found->second.confirm(message.from)) broadcasts_.queue(message.node, encode(PacketMessage(message)));
    deadlines_.emplace(found->second.deadline(), message.node);
    return;
  }
  if (member->state != NodeState::Alive) return;
  if (isUs(message.node)) return refute(*member, message.incarnation, "suspicion");
  startSuspicion(message, *member, now);
}

void Membership::startSuspicion(const Suspect& message, Member& member, Clock::time_point now) {
  broadcasts_.queue(member.name, encode(PacketMessage(message)));
  member.incarnation = message.incarnation;
  setState(member, NodeState::Suspect, now);
  const Suspicion suspicion(settings_.intervals, table_.size(), message.from, now);
  deadlines_.emplace(suspicion.deadline(), member.name);
  suspicions_.emplace(member.name, suspicion);
}

void Membership::dropSuspicion(const std::string& name) {
  const auto found = suspicions_.find(name);
  if (found == suspicions_.end()) return;
  deadlines_.erase({found->second.deadline(), name});
  suspicions_.erase(found);
}

void Membership::setState(Member& member, NodeState state, Clock::time_point now) {
  const auto before = member.state;
  member.state = state;
  member.changed = now;
  outbox_.members_changed = true;
  outbox_.tell(MemberChanged{member, before});
}

void Membership::dead(const Dead& message, Clock::time_point now) {
  auto* member = table_.find(message.node);
  if (member == nullptr || message.incarnation < member->incarnation) return;
  dropSuspicion(message.node);
  if (!member->active()) return;
  if (isUs(message.node) && !leaving_) return refute(*member, message.incarnation, "death");
  broadcasts_.queue(member->name, encode(PacketMessage(message)));
  member->incarnation = message.incarnation;
  setState(*member, message.from == message.node ? NodeState::Left : NodeState::Dead, now);
}

void Membership::refute(Member& us, std::uint32_t accusing, const char* what) {
  // Where the numbers are used up there is nothing above them; wrapping to 0 would silence us for good.
  constexpr auto kLast = std::numeric_limits<std::uint32_t>::max();
  const auto least = std::max(us.incarnation, accusing);
  us.incarnation = least == kLast ? kLast : least + 1;
  awareness_.change(1);
  broadcasts_.queue(us.name, encode(PacketMessage(aliveOf(us))));
  outbox_.tell(Refuted{us.incarnation, what});
}

Result<void> Membership::merge(const std::vector<Row>& rows, Clock::time_point now) {
  if (auto verdict = compatible(rows, table_); !verdict.ok()) return verdict;
  for (const auto& row : rows) mergeRow(row, now);
  return {};
}

void Membership::mergeRow(const Row& row, Clock::time_point now) {
  const Endpoint claimed{row.address, row.port == 0 ? settings_.endpoint.port : row.port};
  const bool accused = row.state == NodeState::Suspect || row.state == NodeState::Dead;
  // An accusation carries no address into the rules. Refuting one that is about a namesake does not help us.
  if (accused && isUs(row.name) && claimed != us().endpoint && !leaving_) {
    disputed_ = true;
    outbox_.tell(NameConflict{us(), claimed, true});
  }
  switch (row.state) {
    case NodeState::Alive:
      return alive({row.address, row.incarnation, row.meta, row.name, row.port, row.versions}, now);
    case NodeState::Suspect:
    case NodeState::Dead: return suspect({settings_.name, row.incarnation, row.name}, now);
    case NodeState::Left: return dead({row.name, row.incarnation, row.name}, now);
  }
}

std::vector<Row> Membership::rows() const {
  std::vector<Row> rows;
  rows.reserve(table_.size());
  for (const auto* member : table_.all()) {
    rows.push_back({member->endpoint.address, member->incarnation, member->meta, member->name, member->endpoint.port,
                    member->state, member->versions});
  }
  return rows;
}

void Membership::leave(Clock::time_point now) {
  if (std::exchange(leaving_, true)) return;
  if (disputed_ && !held_) return broadcasts_.drop(settings_.name);
  dead({settings_.name, us().incarnation, settings_.name}, now);
}

void Membership::newRound(Clock::time_point now) {
  for (auto& member : table_.newRound(now - settings_.intervals.gossip_to_dead, settings_.name)) {
    broadcasts_.drop(member.name);
    full_told_ = false;
    outbox_.members_changed = true;
    outbox_.tell(MemberForgotten{std::move(member.name)});
  }
}

Clock::time_point Membership::next() const {
  return deadlines_.empty() ? Clock::time_point::max() : deadlines_.begin()->first;
}

void Membership::advance(Clock::time_point now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const auto name = deadlines_.begin()->second;
    dead({settings_.name, table_.find(name)->incarnation, name}, now);
  }
}

bool Membership::hasAliveOther() const {
  return std::any_of(table_.all().begin(), table_.all().end(),
                     [this](const Member* member) { return member->state == NodeState::Alive && !isUs(member->name); });
}

}  // namespace sse::gossip
