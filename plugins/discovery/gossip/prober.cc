#include "discovery/gossip/prober.h"

#include <algorithm>
#include <utility>

namespace sse::gossip {
namespace {

constexpr std::uint8_t kStreamPingSince = 3;
constexpr std::uint8_t kNackSince = 4;

}  // namespace

Prober::Prober(const EngineSettings& settings, Membership& membership, Packets& packets, Outbox& outbox, Random& random,
               Numbers& numbers)
    : settings_(settings),
      membership_(membership),
      packets_(packets),
      outbox_(outbox),
      random_(random),
      numbers_(numbers) {}

void Prober::start(Clock::time_point now) { tick_ = now + random_.upTo(settings_.intervals.probe_interval); }

void Prober::stop() {
  probe_.reset();
  tick_ = Clock::time_point::max();
}

Clock::time_point Prober::next() const {
  if (!probe_) return tick_;
  return probe_->asked_others ? probe_->end : probe_->ask_others;
}

void Prober::advance(Clock::time_point now) {
  if (probe_ && !probe_->asked_others && probe_->ask_others <= now) askOthers();
  if (probe_ && probe_->end <= now) finish(now);
  if (tick_ > now) return;
  // A probe that outlasts its interval eats the ticks meanwhile.
  const auto late = now - tick_;
  tick_ += settings_.intervals.probe_interval * (late / settings_.intervals.probe_interval + 1);
  if (probe_) return;
  if (const auto* target = choose(now)) begin(*target, now);
}

const Member* Prober::choose(Clock::time_point now) {
  for (std::size_t looked = 0, rounds = 0; looked <= membership_.table().size() && rounds < 2;) {
    const auto* member = membership_.table().step();
    if (member == nullptr) {
      membership_.newRound(now);
      ++rounds;
      continue;
    }
    ++looked;
    if (member->active() && !membership_.isUs(member->name)) return member;
  }
  return nullptr;
}

Source Prober::source() const { return {settings_.endpoint.address, settings_.name, settings_.endpoint.port}; }

void Prober::begin(const Member& target, Clock::time_point now) {
  Probe probe;
  probe.target = target;
  probe.sequence = ++numbers_.sequence;
  probe.begun = now;
  probe.end = now + membership_.awareness().stretch(settings_.intervals.probe_interval);
  probe.ask_others = std::min(probe.end, now + settings_.intervals.probe_timeout);
  const Ping ping{target.name, probe.sequence, source()};
  probe_ = std::move(probe);
  if (target.state == NodeState::Alive) return packets_.send(target.endpoint, ping);
  packets_.sendOnly(target, {ping, Suspect{settings_.name, target.incarnation, target.name}});
}

void Prober::askOthers() {
  probe_->asked_others = true;
  const auto& target = probe_->target;
  const auto able = [&](const Member& member) {
    return member.state == NodeState::Alive && member.name != target.name && !membership_.isUs(member.name);
  };
  for (const auto* helper : membership_.table().sample(settings_.intervals.indirect_checks, able)) {
    const bool nack = helper->pmax() >= kNackSince;
    probe_->nacks_wanted += nack ? 1 : 0;
    packets_.send(helper->endpoint, IndirectPing{nack, target.name, target.endpoint.port, probe_->sequence, source(),
                                                 target.endpoint.address});
  }
  if (target.pmax() < kStreamPingSince) return;
  probe_->call = ++numbers_.call;
  outbox_.calls.push_back({probe_->call, target.endpoint, Ping{target.name, probe_->sequence, source()}, probe_->end});
}

bool Prober::ack(std::uint32_t sequence, Clock::time_point now) {
  if (!probe_ || probe_->sequence != sequence) return false;
  succeed(std::chrono::duration_cast<std::chrono::microseconds>(now - probe_->begun), false);
  return true;
}

void Prober::nack(std::uint32_t sequence) {
  if (probe_ && probe_->sequence == sequence && probe_->nacks < probe_->nacks_wanted) ++probe_->nacks;
}

bool Prober::answered(std::uint64_t call, const Result<StreamMessage>& answer) {
  if (!probe_ || probe_->call != call) return false;
  const auto* ack = answer.ok() ? std::get_if<Ack>(&*answer) : nullptr;
  probe_->stream_ok = ack != nullptr && ack->sequence == probe_->sequence;
  return true;
}

void Prober::unsent(const Endpoint& to) {
  if (probe_ && !probe_->asked_others && probe_->target.endpoint == to) probe_.reset();
}

void Prober::finish(Clock::time_point now) {
  if (probe_->stream_ok) return succeed({}, true);
  fail(now);
}

void Prober::succeed(std::chrono::microseconds rtt, bool by_stream) {
  membership_.awareness().change(-1);
  outbox_.tell(ProbeEnded{probe_->target.name, true, by_stream, rtt});
  probe_.reset();
}

void Prober::fail(Clock::time_point now) {
  const auto probe = *std::exchange(probe_, std::nullopt);
  membership_.awareness().change(probe.nacks_wanted == 0 ? 1 : static_cast<int>(probe.nacks_wanted - probe.nacks));
  outbox_.tell(ProbeEnded{probe.target.name, false, false, {}});
  membership_.suspect({settings_.name, probe.target.incarnation, probe.target.name}, now);
}

}  // namespace sse::gossip
