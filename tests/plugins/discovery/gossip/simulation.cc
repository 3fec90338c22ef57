#include "plugins/discovery/gossip/simulation.h"

#include <cstdlib>

namespace sse::gossip::test {
namespace {

constexpr std::size_t kSeedHosts = 3;
constexpr std::uint16_t kPort = 42000;

std::uint64_t chosenSeed(std::uint64_t seed) {
  const char* wanted = std::getenv("SSE_GOSSIP_SEED");
  return wanted == nullptr ? seed : std::strtoull(wanted, nullptr, 10);
}

Error unreachable() { return {Code::Unavailable, "unreachable"}; }

}  // namespace

std::optional<NodeState> SimNode::sees(const std::string& other) const {
  const auto* member = engine->membership().table().find(other);
  if (member == nullptr) return std::nullopt;
  return member->state;
}

Simulation::Simulation(std::uint64_t seed) : seed_(chosenSeed(seed)), random_(seed_) {}

Endpoint Simulation::freshEndpoint() {
  const auto number = ++addresses_;
  const std::string address{'\x0a', static_cast<char>(number >> 16), static_cast<char>(number >> 8),
                            static_cast<char>(number)};
  return {address, kPort};
}

SimNode& Simulation::add(const std::string& name) {
  auto node = std::make_unique<SimNode>();
  node->name = name;
  node->endpoint = freshEndpoint();
  nodes_.push_back(std::move(node));
  auto& added = *nodes_.back();
  by_endpoint_[added.endpoint] = &added;
  for (std::size_t i = 0; i < nodes_.size() && i < kSeedHosts; ++i) added.hosts.push_back(nodes_[i]->endpoint);
  return added;
}

void Simulation::move(SimNode& node) {
  by_endpoint_.erase(node.endpoint);
  node.endpoint = freshEndpoint();
  by_endpoint_[node.endpoint] = &node;
}

void Simulation::start(SimNode& node) {
  EngineSettings settings{node.name, node.endpoint, node.meta, node.versions, node.intervals};
  settings.packet_room = roomBeside(node.wire, 0);
  node.engine = std::make_unique<Engine>(settings, random_.below(std::size_t{1} << 62));
  node.up = true;
  node.wakes = Clock::time_point::max();
  node.engine->start(!node.hosts.empty(), now_);
  settle(node);
}

void Simulation::grow(std::size_t count) {
  const auto first = nodes_.size();
  for (std::size_t i = first; i < first + count; ++i) add("n" + std::to_string(i));
  for (std::size_t i = first; i < nodes_.size(); ++i) {
    for (std::size_t host = 0; host < kSeedHosts && host < nodes_.size(); ++host) {
      if (i < kSeedHosts && host > i) nodes_[i]->hosts.push_back(nodes_[host]->endpoint);
    }
    start(*nodes_[i]);
  }
}

void Simulation::crash(SimNode& node) { node.up = false; }

void Simulation::leave(SimNode& node) {
  node.engine->leave(now_);
  settle(node);
}

void Simulation::inject(SimNode& to, const PacketMessage& message) {
  to.engine->received(freshEndpoint(), message, now_);
  settle(to);
}

void Simulation::at(Clock::time_point when, std::function<void()> call) {
  queue_.push({when, order_++, std::move(call)});
}

Duration Simulation::transit() { return delay + random_.upTo(jitter); }

SimNode* Simulation::nodeAt(const Endpoint& endpoint) {
  const auto found = by_endpoint_.find({plainAddress(endpoint.address), endpoint.port});
  return found == by_endpoint_.end() || !found->second->up ? nullptr : found->second;
}

/// Carries out what an engine wants, and sees to it that its next timer fires.
void Simulation::settle(SimNode& node) {
  for (auto out = node.engine->take();; out = node.engine->take()) {
    for (const auto& packet : out.packets) send(node, packet);
    for (const auto& one : out.calls) call(node, one);
    for (auto& event : out.events) {
      if (!std::holds_alternative<ProbeEnded>(event)) node.events.emplace_back(now_, std::move(event));
    }
    if (!out.hosts_wanted) break;
    node.engine->hosts(node.hosts, now_);
  }
  if (node.engine->gone()) return crash(node);
  wake(node);
}

void Simulation::wake(SimNode& node) {
  const auto next = node.engine->next();
  if (next >= node.wakes) return;
  node.wakes = next;
  at(next, [this, &node, next] {
    if (!node.up || node.wakes != next) return;
    node.wakes = Clock::time_point::max();
    node.engine->advance(now_);
    settle(node);
  });
}

void Simulation::send(SimNode& from, const OutgoingPacket& packet) {
  for (const auto& datagram : pack(from.wire, packet.messages, packet.crc)) {
    from.sent_bytes += datagram.size();
    ++from.sent_packets;
    if (static_cast<double>(random_.below(1'000'000)) < loss * 1e6) continue;
    const auto* to = nodeAt(packet.to);
    if (to != nullptr && isCut(from, *to)) continue;
    at(now_ + transit(),
       [this, source = from.endpoint, target = packet.to, datagram] { deliver(source, target, datagram); });
  }
}

void Simulation::deliver(const Endpoint& from, const Endpoint& to, const std::string& datagram) {
  auto* node = nodeAt(to);
  if (node == nullptr) return;
  const auto unpacked = unpack(node->wire, datagram);
  node->undecodable += unpacked.dropped;
  for (const auto& message : unpacked.messages) node->engine->received(from, message, now_);
  settle(*node);
}

void Simulation::call(SimNode& from, const OutgoingCall& call) {
  auto bytes = encodeStream(from.wire, call.request, StreamSide::Initiator);
  auto* to = nodeAt(call.to);
  if (to == nullptr) return answer(from, call.id, unreachable(), now_ + delay);
  if (isCut(from, *to) || isCut(*to, from) || !bytes.ok()) return answer(from, call.id, unreachable(), call.deadline);
  from.sent_bytes += bytes->size();
  at(now_ + transit() * 3, [this, &from, to, id = call.id, request = std::move(*bytes), deadline = call.deadline] {
    if (!to->up) return answer(from, id, unreachable(), deadline);
    serve(*to, from, id, request, deadline);
  });
}

/// The listener's side, and the way back.
void Simulation::serve(SimNode& server, SimNode& client, std::uint64_t call, const std::string& request,
                       Clock::time_point deadline) {
  StreamDecoder decoder(server.wire, StreamSide::Listener);
  const auto message = decoder.feed(request);
  std::optional<StreamMessage> reply;
  if (message.ok() && *message) reply = server.engine->requested(**message, now_);
  if (!message.ok()) ++server.undecodable;
  if (!message.ok() && !decoder.refusal().empty()) reply = Refusal{decoder.refusal()};
  settle(server);
  if (!reply) return answer(client, call, unreachable(), now_ + delay);
  const auto bytes = encodeStream(server.wire, *reply, StreamSide::Listener);
  if (!bytes.ok() || isCut(server, client)) return answer(client, call, unreachable(), deadline);
  server.sent_bytes += bytes->size();
  StreamDecoder back(client.wire, StreamSide::Initiator);
  auto decoded = back.feed(*bytes);
  if (!decoded.ok()) return answer(client, call, decoded.error(), now_ + transit());
  if (!*decoded) return answer(client, call, unreachable(), deadline);
  answer(client, call, std::move(**decoded), now_ + transit());
}

void Simulation::answer(SimNode& client, std::uint64_t call, Result<StreamMessage> answer, Clock::time_point when) {
  const auto* engine = client.engine.get();
  at(when, [this, &client, engine, call, answer = std::move(answer)] {
    if (!client.up || client.engine.get() != engine) return;
    client.engine->answered(call, answer, now_);
    settle(client);
  });
}

void Simulation::run(Duration time) {
  const auto end = now_ + time;
  while (!queue_.empty() && queue_.top().when <= end) {
    auto happening = std::move(const_cast<Happening&>(queue_.top()));
    queue_.pop();
    now_ = happening.when;
    happening.call();
  }
  now_ = end;
}

std::optional<Duration> Simulation::runUntil(const std::function<bool()>& done, Duration limit) {
  constexpr Duration kStep{100};
  Duration taken{0};
  for (; taken <= limit; taken += kStep) {
    if (done()) return taken;
    run(kStep);
  }
  return std::nullopt;
}

bool Simulation::converged() const {
  std::size_t up = 0;
  for (const auto& node : nodes_) up += node->up ? 1 : 0;
  for (const auto& node : nodes_) {
    if (!node->up) continue;
    if (node->engine->membership().table().count(NodeState::Alive) != up) return false;
    if (node->engine->membership().table().count(NodeState::Suspect) != 0) return false;
    for (const auto& other : nodes_) {
      if (other->up && node->sees(other->name) != NodeState::Alive) return false;
    }
  }
  return true;
}

std::uint64_t Simulation::sentBytes() const {
  std::uint64_t sum = 0;
  for (const auto& node : nodes_) sum += node->sent_bytes;
  return sum;
}

std::uint64_t Simulation::sentPackets() const {
  std::uint64_t sum = 0;
  for (const auto& node : nodes_) sum += node->sent_packets;
  return sum;
}

}  // namespace sse::gossip::test
