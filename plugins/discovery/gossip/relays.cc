#include "discovery/gossip/relays.h"

#include <algorithm>

namespace sse::gossip {

Endpoint answerTo(const Source& source, const Endpoint& from) {
  if (!isAddress(source.address) || source.port == 0) return from;
  return {source.address, source.port};
}

void Relays::asked(const Endpoint& from, const IndirectPing& request, Clock::time_point now) {
  if (!isAddress(request.target) || waiting_.size() >= settings_.max_relays) return;
  const Relay relay{++numbers_.sequence, request.sequence, answerTo(request.source, from), request.nack,
                    now + settings_.intervals.probe_timeout};
  waiting_.push_back(relay);
  const Endpoint target{request.target, request.port == 0 ? settings_.endpoint.port : request.port};
  const Source us{settings_.endpoint.address, settings_.name, settings_.endpoint.port};
  packets_.send(target, Ping{request.node, relay.sequence, us});
}

bool Relays::ack(std::uint32_t sequence) {
  const auto found =
      std::find_if(waiting_.begin(), waiting_.end(), [&](const Relay& relay) { return relay.sequence == sequence; });
  if (found == waiting_.end()) return false;
  packets_.send(found->asker, Ack{{}, found->asked});
  waiting_.erase(found);
  return true;
}

Clock::time_point Relays::next() const { return waiting_.empty() ? Clock::time_point::max() : waiting_.front().due; }

void Relays::advance(Clock::time_point now) {
  while (!waiting_.empty() && waiting_.front().due <= now) {
    const auto& relay = waiting_.front();
    if (relay.nack) packets_.send(relay.asker, Nack{relay.asked});
    waiting_.pop_front();
  }
}

}  // namespace sse::gossip
