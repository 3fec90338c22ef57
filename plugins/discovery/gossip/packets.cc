#include "discovery/gossip/packets.h"

#include <iterator>
#include <utility>

#include "discovery/gossip/message_codec.h"
#include "discovery/gossip/packet_codec.h"

namespace sse::gossip {
namespace {

constexpr std::uint8_t kCrcSince = 5;

}  // namespace

void Packets::send(const Endpoint& to, const PacketMessage& message) {
  OutgoingPacket packet{to, {encode(message)}, false};
  const auto taken = packet.messages.front().size();
  if (taken < settings_.packet_room) {
    auto more = membership_.broadcasts().pick(settings_.packet_room - taken, kPartOverhead, membership_.table().size());
    std::move(more.begin(), more.end(), std::back_inserter(packet.messages));
  }
  outbox_.packets.push_back(std::move(packet));
}

void Packets::sendOnly(const Member& to, const std::vector<PacketMessage>& messages) {
  OutgoingPacket packet{to.endpoint, {}, to.pmax() >= kCrcSince};
  for (const auto& message : messages) packet.messages.push_back(encode(message));
  outbox_.packets.push_back(std::move(packet));
}

void Packets::gossip(Clock::time_point now) {
  if (membership_.broadcasts().empty()) return;
  const auto wants = [&](const Member& member) {
    if (membership_.isUs(member.name)) return false;
    return member.active() ||
           (member.state == NodeState::Dead && now - member.changed <= settings_.intervals.gossip_to_dead);
  };
  for (const auto* member : membership_.table().sample(settings_.intervals.gossip_nodes, wants)) {
    auto messages = membership_.broadcasts().pick(settings_.packet_room, kPartOverhead, membership_.table().size());
    if (messages.empty()) return;
    outbox_.packets.push_back({member->endpoint, std::move(messages), member->pmax() >= kCrcSince});
  }
}

}  // namespace sse::gossip
