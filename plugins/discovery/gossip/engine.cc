#include "discovery/gossip/engine.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

namespace sse::gossip {

Engine::Engine(EngineSettings settings, std::uint64_t seed)
    : settings_(std::move(settings)),
      random_(seed),
      membership_(settings_, random_, outbox_),
      packets_(settings_, membership_, outbox_),
      prober_(settings_, membership_, packets_, outbox_, random_, numbers_),
      relays_(settings_, packets_, numbers_),
      exchanges_(settings_, membership_, outbox_, random_, numbers_),
      joiner_(settings_, membership_, exchanges_, outbox_, random_),
      reconnector_(membership_, exchanges_, random_) {}

void Engine::start(bool joins, Clock::time_point now) {
  membership_.announce(now);
  gossip_ = now + random_.upTo(settings_.intervals.gossip_interval);
  prober_.start(now);
  exchanges_.start(now);
  reconnector_.start(now);
  if (joins) joiner_.start(now);
}

void Engine::hosts(const std::vector<Endpoint>& endpoints, Clock::time_point now) { joiner_.hosts(endpoints, now); }

void Engine::received(const Endpoint& from, const PacketMessage& message, Clock::time_point now) {
  realignGossip(now);
  std::visit(
      [&](const auto& one) {
        using Message = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Message, Ping>) ping(from, one);
        if constexpr (std::is_same_v<Message, IndirectPing>) relays_.asked(from, one, now);
        if constexpr (std::is_same_v<Message, Ack>) ack(one, now);
        if constexpr (std::is_same_v<Message, Nack>) prober_.nack(one.sequence);
        if constexpr (std::is_same_v<Message, Suspect>) membership_.suspect(one, now);
        if constexpr (std::is_same_v<Message, Dead>) membership_.dead(one, now);
        if constexpr (std::is_same_v<Message, Alive>) membership_.alive(one, now);
      },
      message);
}

void Engine::ping(const Endpoint& from, const Ping& message) {
  if (!message.node.empty() && !membership_.isUs(message.node)) return;
  packets_.send(answerTo(message.source, from), Ack{{}, message.sequence});
}

void Engine::ack(const Ack& message, Clock::time_point now) {
  if (!prober_.ack(message.sequence, now)) relays_.ack(message.sequence);
}

std::optional<StreamMessage> Engine::requested(const StreamMessage& message, Clock::time_point now) {
  realignGossip(now);
  if (const auto* request = std::get_if<PushPull>(&message)) return exchanges_.accept(*request, now);
  const auto* ping = std::get_if<Ping>(&message);
  if (ping == nullptr || (!ping->node.empty() && !membership_.isUs(ping->node))) return std::nullopt;
  return Ack{{}, ping->sequence};
}

void Engine::answered(std::uint64_t call, const Result<StreamMessage>& answer, Clock::time_point now) {
  realignGossip(now);
  if (prober_.answered(call, answer)) return;
  const auto ended = exchanges_.answered(call, answer, now);
  if (ended && ended->join) joiner_.ended(*ended, now);
}

void Engine::leave(Clock::time_point now) {
  if (membership_.leaving()) return;
  joiner_.stop();
  reconnector_.stop();
  exchanges_.stop();
  prober_.stop();
  membership_.leave(now);
  gossip_ = now;
}

bool Engine::gone() const {
  return membership_.leaving() && (!membership_.hasAliveOther() || !membership_.broadcasts().holds(settings_.name));
}

/// While there is nothing to pass on, gossip needs no timer; what comes then waits for the tick it would have had.
void Engine::realignGossip(Clock::time_point now) {
  if (gossip_ >= now || !membership_.broadcasts().empty()) return;
  const auto& interval = settings_.intervals.gossip_interval;
  gossip_ += interval * ((now - gossip_) / interval + 1);
}

Clock::time_point Engine::next() const {
  const auto gossip = membership_.broadcasts().empty() ? Clock::time_point::max() : gossip_;
  return std::min({gossip, membership_.next(), prober_.next(), relays_.next(), exchanges_.next(), joiner_.next()});
}

void Engine::advance(Clock::time_point now) {
  realignGossip(now);
  relays_.advance(now);
  prober_.advance(now);
  membership_.advance(now);
  exchanges_.advance(now);
  joiner_.advance(now);
  reconnector_.advance(now);
  if (gossip_ > now) return;
  packets_.gossip(now);
  const auto& interval = settings_.intervals.gossip_interval;
  gossip_ += interval * ((now - gossip_) / interval + 1);
}

Outbox Engine::take() { return std::exchange(outbox_, {}); }

}  // namespace sse::gossip
