#include "discovery/gossip/joiner.h"

#include <algorithm>

namespace sse::gossip {

void Joiner::stop() {
  stopped_ = true;
  due_ = Clock::time_point::max();
}

void Joiner::advance(Clock::time_point now) {
  const bool alone = !membership_.hasAliveOther();
  if (alone && !alone_ && due_ != Clock::time_point::max()) due_ = std::min(due_, now + kFirstDelay);
  alone_ = alone;
  if (due_ > now) return;
  due_ = Clock::time_point::max();
  outbox_.hosts_wanted = true;
}

bool Joiner::isMember(const Endpoint& endpoint) const {
  const auto& all = membership_.table().all();
  return std::any_of(all.begin(), all.end(),
                     [&](const Member* member) { return member->active() && sameSocket(member->endpoint, endpoint); });
}

void Joiner::hosts(const std::vector<Endpoint>& endpoints, Clock::time_point now) {
  if (stopped_ || running_ > 0) return;
  std::vector<Endpoint> missing;
  for (const auto& endpoint : endpoints) {
    if (sameSocket(endpoint, settings_.endpoint)) {
      ours_listed_ = true;
    } else if (!isMember(endpoint)) {
      missing.push_back(endpoint);
    }
  }
  random_.choose(missing, membership_.hasAliveOther() ? 1 : kAtOnce);
  for (const auto& endpoint : missing) running_ += exchanges_.begin(endpoint, true, now) ? 1 : 0;
  if (running_ == 0) schedule(now);
}

void Joiner::ended(const Exchanges::Ended& exchange, Clock::time_point now) {
  if (running_ == 0) return;
  --running_;
  if (exchange.ok && exchange.with_us) ours_listed_ = true;
  if (exchange.ok && !exchange.with_us) reached_ = true;
  if (running_ == 0) schedule(now);
}

void Joiner::schedule(Clock::time_point now) {
  tried_ = true;
  if (stopped_) return;
  auto wait = settings_.intervals.push_pull_interval;
  if (membership_.hasAliveOther()) {
    delay_ = kFirstDelay;
  } else {
    wait = delay_;
    delay_ = std::min(delay_ * 2, kMaxDelay);
  }
  due_ = now + wait / 2 + random_.upTo(wait);
}

}  // namespace sse::gossip
