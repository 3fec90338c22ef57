#include "discovery/gossip/exchanges.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace sse::gossip {
namespace {

constexpr std::size_t kUnscaled = 32;

}  // namespace

Exchanges::Exchanges(const EngineSettings& settings, Membership& membership, Outbox& outbox, Random& random,
                     Numbers& numbers)
    : settings_(settings), membership_(membership), outbox_(outbox), random_(random), numbers_(numbers) {}

Duration Exchanges::interval(const Intervals& intervals, std::size_t members) {
  if (members <= kUnscaled) return intervals.push_pull_interval;
  // ceil(log2(members)) without rounding errors; kUnscaled is 2^5.
  const auto doublings = std::bit_width(members - 1) - std::bit_width(kUnscaled - 1);
  return intervals.push_pull_interval * (doublings + 1);
}

void Exchanges::start(Clock::time_point now) {
  due_ = now + settings_.intervals.push_pull_interval + random_.upTo(settings_.intervals.push_pull_interval);
}

void Exchanges::stop() {
  due_ = Clock::time_point::max();
  running_.clear();
}

bool Exchanges::begin(const Endpoint& with, bool join, Clock::time_point now) { return open({with, join, false}, now); }

void Exchanges::seek(const Endpoint& departed, Clock::time_point now) {
  const auto runs = [&](const auto& entry) { return entry.second.sought && sameSocket(entry.second.with, departed); };
  if (std::none_of(running_.begin(), running_.end(), runs)) open({departed, false, true}, now);
}

bool Exchanges::open(const Running& exchange, Clock::time_point now) {
  if (running_.size() >= settings_.max_exchanges) return false;
  const auto call = ++numbers_.call;
  running_[call] = exchange;
  outbox_.calls.push_back(
      {call, exchange.with, PushPull{exchange.join, membership_.rows(), {}}, now + settings_.intervals.stream_timeout});
  return true;
}

void Exchanges::advance(Clock::time_point now) {
  if (due_ > now) return;
  due_ = now + interval(settings_.intervals, membership_.table().size());
  const auto able = [this](const Member& member) {
    return member.state == NodeState::Alive && !membership_.isUs(member.name);
  };
  for (const auto* member : membership_.table().sample(1, able)) begin(member->endpoint, false, now);
}

PushPull Exchanges::accept(const PushPull& request, Clock::time_point now) {
  PushPull reply{request.join, membership_.rows(), {}};
  if (const auto verdict = membership_.merge(request.rows, now); !verdict.ok()) {
    outbox_.tell(ExchangeRefused{verdict.error().text});
  }
  return reply;
}

std::optional<Exchanges::Ended> Exchanges::answered(std::uint64_t call, const Result<StreamMessage>& answer,
                                                    Clock::time_point now) {
  const auto found = running_.find(call);
  if (found == running_.end()) return std::nullopt;
  Ended ended{found->second.with, found->second.join};
  const bool sought = found->second.sought;
  running_.erase(found);
  ended.with_us = answer.ok() && isUs(*answer);
  const auto outcome = merge(answer, now);
  ended.ok = outcome.ok();
  if (ended.ok || !sought)
    outbox_.tell(ExchangeEnded{ended.with, ended.join, outcome.ok() ? std::string() : outcome.error().text});
  return ended;
}

Result<void> Exchanges::merge(const Result<StreamMessage>& answer, Clock::time_point now) {
  if (!answer.ok()) return answer.error();
  if (const auto* refusal = std::get_if<Refusal>(&*answer)) {
    return Error{Code::PermissionDenied, "the peer refuses: " + refusal->text};
  }
  const auto* reply = std::get_if<PushPull>(&*answer);
  if (reply == nullptr) return Error{Code::Unsupported, "the answer to a push/pull is none"};
  return membership_.merge(reply->rows, now);
}

/// Whoever else answers has its own row in its table, alive.
bool Exchanges::isUs(const StreamMessage& answer) const {
  const auto* reply = std::get_if<PushPull>(&answer);
  return reply != nullptr && std::none_of(reply->rows.begin(), reply->rows.end(), [this](const Row& row) {
           return row.state == NodeState::Alive && !membership_.isUs(row.name);
         });
}

}  // namespace sse::gossip
