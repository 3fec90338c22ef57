#include <algorithm>

#include "transport/relay/address.h"
#include "transport/relay/relay.h"

namespace sse::relay {
namespace {

/// What both have; each in the order of tags.
std::vector<Identity> common(const std::vector<Identity>& one, const std::vector<Identity>& other) {
  std::vector<Identity> both;
  for (auto id : one) {
    const auto found = std::ranges::lower_bound(other, id.origin, {}, &Identity::origin);
    if (found == other.end() || found->origin != id.origin) continue;
    id.number = std::min(id.number, found->number);
    both.push_back(id);
  }
  return both;
}

}  // namespace

bool Relay::feeds(const Tag& peer) const {
  return std::ranges::any_of(feeders_, [&](const auto& feeder) {
    return feeder->state() == Feeder::State::Feeding && feeder->peerHello().tag == peer;
  });
}

void Relay::noteFed(const Tag& peer) {
  const bool fed = feeds(peer);
  for (const auto& [key, reader] : readers_) {
    if (reader->peerHello().tag == peer) reader->setFed(fed);
  }
  tellMissing();
}

void Relay::tellMissing() {
  if (!host_->bus().wanted(PeersMissing::kTopic)) return;
  const bool any = std::ranges::any_of(readers_, [](const auto& entry) { return entry.second->taken().has_value(); });
  if (any == missing_told_) return;
  missing_told_ = any;
  host_->bus().publish(PeersMissing{any});
}

void Relay::noteLost(const Feeder& feeder) {
  for (const auto& [key, reader] : readers_) {
    if (reader->peerHello().tag == feeder.peerHello().tag) reader->feedLost(feeder.acknowledged());
  }
}

/// Who is awaited has nothing of this node. Publishers wait for those who are linked; a node that drains has to wait
/// for who was, too, as nobody can read it later.
void Relay::acknowledged() {
  if (!host_->bus().wanted(PeersAcknowledged::kTopic)) return;
  auto least = host_->journal().head();
  for (const auto& feeder : feeders_) {
    if (feeder->state() == Feeder::State::Feeding) least = std::min(least, feeder->acknowledged());
  }
  const auto now = host_->loop().now();
  for (const auto& [key, reader] : readers_) {
    if (reader->awaited(now)) least = 0;
    // Publishers wait for peers of ours alone; a leaving node also for what an original one is about to take.
    if (draining_) least = std::min(least, reader->taken().value_or(least));
    if (leaving_ && reader->poster() != nullptr) least = std::min(least, reader->poster()->reached());
  }
  if (acknowledged_ && (least == *acknowledged_ || (least < *acknowledged_ && !draining_))) return;
  acknowledged_ = least;
  host_->bus().publish(PeersAcknowledged{least});
}

/// A peer that reads this node and is not read by it has said nothing.
void Relay::tellHeld() {
  if (!host_->bus().wanted(PeersHold::kTopic)) return;
  auto held = host_->journal().checkpoint().highest;
  std::ranges::sort(held, {}, &Identity::origin);
  std::vector<Tag> heard;
  for (const auto& [key, reader] : readers_) {
    if (!reader->up()) continue;
    held = common(held, reader->held());
    heard.push_back(reader->peerHello().tag);
  }
  const bool silent = std::ranges::any_of(feeders_, [&](const auto& feeder) {
    return feeder->state() == Feeder::State::Feeding &&
           std::ranges::find(heard, feeder->peerHello().tag) == heard.end();
  });
  if (silent) held.clear();
  if (held == held_told_) return;
  held_told_ = held;
  host_->bus().publish(PeersHold{std::move(held)});
}

/// A fill needs a connection of its own.
void Relay::takeWhatIsLacking() {
  if (starting_ || draining_ || plan_.filling()) return;
  auto here = host_->journal().checkpoint().highest;
  std::ranges::sort(here, {}, &Identity::origin);
  std::vector<Lacks::Peer> peers;
  std::vector<Tag> tags{host_->node().tag};
  for (const auto& [key, reader] : readers_) {
    if (!reader->up()) continue;
    peers.push_back({reader->peerHello().tag, &reader->held()});
    tags.push_back(reader->peerHello().tag);
  }
  const auto read = [&tags](const Tag& origin) { return std::ranges::find(tags, origin) != tags.end(); };
  const auto donor = lacks_.look(peers, here, read, host_->loop().now());
  if (!donor) return;
  counters_->refills.add();
  plan_.wantAgain(*donor);
  for (const auto& [key, reader] : readers_) {
    if (!reader->up() || reader->peerHello().tag != *donor) continue;
    return reader->link()->fail("it has events of a node that is gone which are missing here: they are taken anew");
  }
}

/// The link to a process that died without a word seems to be up for a while. Where it reads this node no longer, and
/// one of its name and address does, that has come in its place; as long as both read, they only have one name.
void Relay::leaveReplaced() {
  const auto reads = [this](const Tag& tag) {
    return std::ranges::any_of(feeders_, [&](const auto& each) { return each->up() && each->peerHello().tag == tag; });
  };
  for (const auto& [key, reader] : readers_) {
    const auto& tag = reader->peerHello().tag;
    if (stopping_ || !reader->up() || reads(tag)) continue;
    const bool replaced = std::ranges::any_of(feeders_, [&](const auto& each) {
      return each->state() == Feeder::State::Feeding && each->peerHello().tag != tag &&
             each->peerHello().name == reader->name() && canonicalAddress(each->remote()) == reader->numeric();
    });
    if (replaced) reader->link()->fail("another process has come in its place");
  }
}

/// Who came back may not be dialed again for long: the tries before had failed, or led to another process.
void Relay::dialBack(const Feeder& feeder) {
  if (stopping_) return;
  const auto address = canonicalAddress(feeder.remote());
  const auto& hello = feeder.peerHello();
  for (const auto& [key, reader] : readers_) {
    const bool same = reader->numeric() == address || reader->name() == hello.name;
    const bool other = reader->state() == Reader::State::Alias && reader->peerHello().tag != hello.tag;
    if (same && (other || reader->state() == Reader::State::Idle)) reader->dial();
  }
}

/// A peer whose link is lost comes back to what history there is.
void Relay::tellFed() {
  auto least = host_->journal().head();
  for (const auto& feeder : feeders_) {
    if (feeder->state() == Feeder::State::Feeding) least = std::min(least, feeder->cursor());
  }
  if (least == fed_told_) return;
  fed_told_ = least;
  host_->journal().fed(least);
}

std::uint64_t Relay::originalLag() const {
  std::uint64_t lag = 0;
  for (const auto& [key, reader] : readers_) {
    if (reader->poster() != nullptr) lag = std::max(lag, reader->poster()->lag());
  }
  return lag;
}

}  // namespace sse::relay
