#include "transport/relay/relay.h"

#include <algorithm>
#include <poll.h>

#include "sse/config.h"
#include "transport/relay/address.h"
#include "transport/relay/proof.h"

namespace sse::relay {
namespace {

constexpr Duration kTick{250};
constexpr Duration kLagEvery{2'000};
constexpr Duration kYoung{60'000};
constexpr Duration kFlushFor{500};
constexpr int kWaitMs = 20;
constexpr std::size_t kMaxReached = 4096;

}  // namespace

Result<void> Relay::configure(Host& host, std::string_view settings_json) {
  host_ = &host;
  const Settings settings(settings_json);
  timeout_ = settings.duration("relay.timeout");
  if (auto good = checkSecrets(host.node().cluster_secret); !good) return good;
  if (auto taken = takeTls(settings); !taken) return taken;
  return allowOriginals(settings);
}

Result<void> Relay::start() {
  counters_ = std::make_unique<Counters>(host_->metrics());
  source_ = std::make_unique<FeedSource>(host_->journal(), *counters_);
  started_ = lag_told_ = host_->loop().now();
  alive_ = std::make_shared<bool>(true);
  subscribe();
  scheduleTick();
  return {};
}

void Relay::subscribe() {
  auto& bus = host_->bus();
  subscriptions_.push_back(bus.subscribe<PeerAdded>([this](const PeerAdded& peer) { added(peer); }));
  subscriptions_.push_back(bus.subscribe<PeerRemoved>([this](const PeerRemoved& peer) { removed(peer); }));
  subscriptions_.push_back(bus.subscribe<CheckpointWanted>([this](const CheckpointWanted& asked) { wanted(asked); }));
  subscriptions_.push_back(bus.subscribe<NodeStateChanged>([this](const NodeStateChanged& changed) {
    starting_ = changed.state == NodeStateChanged::State::Starting;
    draining_ = changed.state >= NodeStateChanged::State::Draining;
    leaving_ = changed.state == NodeStateChanged::State::Leaving;
    if (leaving_) drain();
    if (draining_) acknowledged(), tellMissing();
  }));
  subscriptions_.push_back(bus.subscribe<StreamsEnding>([this](const StreamsEnding& ending) {
    std::string bytes;
    encode(bytes, CheckpointFrame{ending.checkpoint});
    const auto frame = std::make_shared<const std::string>(std::move(bytes));
    for (const auto& feeder : feeders_) feeder->send(frame);
  }));
  followJournal();
}

void Relay::followJournal() {
  const auto posts = [](const auto& entry) { return entry.second->poster() != nullptr; };
  const bool needed = !feeders_.empty() || std::any_of(readers_.begin(), readers_.end(), posts) ||
                      host_->bus().wanted(PeersAcknowledged::kTopic);
  if (needed == appends_.active()) return;
  appends_.cancel();
  if (!needed) return;
  appends_ = host_->bus().subscribe<EventsAppended>([this](const EventsAppended&) { appended(); });
  appended();
}

void Relay::appended() {
  for (const auto& feeder : feeders_) feeder->pump();
  for (const auto& [key, reader] : readers_) reader->appended();
  acknowledged();
  tellFed();
}

Hello Relay::hello() {
  Hello hello;
  const auto& node = host_->node();
  hello.starting = starting_ || plan_.filling();
  hello.young = age() < kYoung;
  hello.secret = !node.cluster_secret.empty();
  hello.ages = true;
  hello.roots = true;
  hello.tag = node.tag;
  hello.head = host_->journal().ownHead();
  hello.name = node.name;
  hello.nonce = freshNonce();
  return hello;
}

Duration Relay::age() const { return std::chrono::duration_cast<Duration>(host_->loop().now() - started_); }

std::shared_ptr<const std::string> Relay::checkpoint() {
  const auto head = host_->journal().head();
  if (checkpoint_ && checkpoint_at_ == head) return checkpoint_;
  auto now = host_->journal().checkpoint();
  checkpoint_at_ = now.position;
  std::string bytes;
  encode(bytes, CheckpointFrame{std::move(now)});
  checkpoint_ = std::make_shared<const std::string>(std::move(bytes));
  return checkpoint_;
}

std::optional<std::uint64_t> Relay::known(const Tag& peer) const {
  std::optional<std::uint64_t> position;
  if (const auto found = reached_.find(peer); found != reached_.end()) position = found->second;
  for (const auto& id : host_->journal().checkpoint().highest) {
    if (id.origin == peer) position = std::max(position.value_or(0), id.number);
  }
  return position;
}

FillPlan::Met Relay::met(const Hello& hello, bool waited) const {
  FillPlan::Met met{.events = known(hello.tag), .waited = waited};
  met.root = hello.root && (*hello.root == host_->node().tag || known(*hello.root));
  met.fresh = host_->journal().head() == 0;
  return met;
}

Hub::Verdict Relay::greeted(Reader& reader, Want& want) {
  const auto& hello = reader.peerHello();
  if (hello.tag == host_->node().tag) return Verdict::Self;
  reader.setFed(feeds(hello.tag));
  for (const auto& [key, other] : readers_) {
    if (other.get() != &reader && other->up() && other->peerHello().tag == hello.tag) return Verdict::Alias;
  }
  const auto found = plan_.start(reader.key(), hello, met(hello, false));
  if (!found) return Verdict::Wait;
  want = *found;
  return Verdict::Read;
}

void Relay::reached(const Tag& peer, std::uint64_t position) {
  if (reached_.size() >= kMaxReached && !reached_.contains(peer)) reached_.erase(reached_.begin());
  auto& known = reached_[peer];
  known = std::max(known, position);
}

void Relay::filled(Reader& reader, const Checkpoint& checkpoint) {
  host_->bus().publish(CheckpointReceived{checkpoint});
  if (!plan_.filled(reader.key(), checkpoint)) return;
  lacks_.filled(reader.peerHello().tag, checkpoint);
  wakeWaiting();
}

void Relay::named(Reader& reader, const std::vector<Identity>& reached) { plan_.named(reader.key(), reached); }

/// Those whose own events are enough first: nobody waits for the fill of another.
void Relay::wakeWaiting() {
  std::vector<Reader*> waiting;
  for (const auto& [key, reader] : readers_) {
    if (reader->state() == Reader::State::Waiting) waiting.push_back(reader.get());
  }
  std::ranges::partition(waiting, [this](const Reader* reader) {
    return !plan_.fills(reader->peerHello(), met(reader->peerHello(), true));
  });
  for (auto* reader : waiting) {
    const auto& key = reader->key();
    if (reader->state() != Reader::State::Waiting) continue;
    const auto& hello = reader->peerHello();
    if (const auto start = plan_.start(key, hello, met(hello, true))) reader->begin(*start);
  }
}

void Relay::wakeAliases(const Tag& tag) {
  for (const auto& [key, reader] : readers_) {
    if (reader->state() == Reader::State::Alias && reader->peerHello().tag == tag) reader->dial();
  }
}

void Relay::down(Reader& reader) {
  if (plan_.broken(reader.key())) wakeWaiting();
  lost(reader.link(), reader.peerHello().tag);
}

/// The link to the process `tag` is gone.
void Relay::lost(const Link* link, const Tag& tag) {
  if (link != nullptr) unknown(asks_.gone(link));
  wakeAliases(tag);
  countLinks();
}

void Relay::feeding(Feeder& feeder) {
  host_->log().write(Level::Info, "relay-feed-begun", "a peer reads this node's events",
                     {{"peer", feeder.peerHello().name}, {"address", feeder.remote()}});
  reportFeeder(feeder, LinkChanged::State::Connected, {});
  memberChanged();
  for (const auto& other : feeders_) {
    if (other.get() != &feeder && other->up() && other->peerHello().tag == feeder.peerHello().tag) {
      other->end("the peer connected anew");
    }
  }
  countLinks();
  noteFed(feeder.peerHello().tag);
  dialBack(feeder);
  leaveReplaced();
}

void Relay::down(Feeder& feeder) {
  unknown(asks_.gone(&feeder.link()));
  const auto& tag = feeder.peerHello().tag;
  const auto replaces = [&](const auto& other) {
    return other.get() != &feeder && other->up() && other->peerHello().tag == tag;
  };
  if (feeder.wasFed() && std::none_of(feeders_.begin(), feeders_.end(), replaces)) {
    reportFeeder(feeder, LinkChanged::State::Broken, "the peer no longer reads this node's events");
  }
  if (feeder.wasFed()) {
    noteLost(feeder);
    noteFed(tag);
  }
  memberChanged();
  countLinks();
  acknowledged();
  leaveReplaced();
  scheduleSweep();
}

void Relay::reportFeeder(const Feeder& feeder, LinkChanged::State state, const std::string& reason) {
  LinkChanged changed;
  changed.name = feeder.peerHello().name;
  changed.address = canonicalAddress(feeder.remote());
  changed.tag = feeder.peerHello().tag;
  changed.state = state;
  changed.reason = reason;
  changed.lag_events = feeder.lag();
  changed.older_by = feeder.olderBy();
  host_->bus().publish(std::move(changed));
}

/// Feeders that closed are freed when nothing of them is on the stack.
void Relay::scheduleSweep() {
  if (sweep_posted_) return;
  sweep_posted_ = true;
  host_->loop().post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) sweep();
  });
}

void Relay::sweep() {
  sweep_posted_ = false;
  std::erase_if(feeders_, [](const auto& feeder) { return feeder->state() == Feeder::State::Closed; });
  followJournal();
}

std::vector<Link*> Relay::oneLinkPerPeer() {
  std::vector<Link*> links;
  std::vector<Tag> seen;
  const auto add = [&](Link* link, const Tag& tag) {
    if (std::find(seen.begin(), seen.end(), tag) != seen.end()) return;
    seen.push_back(tag);
    links.push_back(link);
  };
  for (const auto& [key, reader] : readers_) {
    if (reader->up()) add(reader->link(), reader->peerHello().tag);
  }
  for (const auto& feeder : feeders_) {
    if (feeder->state() == Feeder::State::Feeding) add(&feeder->link(), feeder->peerHello().tag);
  }
  return links;
}

void Relay::wanted(const CheckpointWanted& wanted) {
  const auto links = oneLinkPerPeer();
  const Asks::Key key{wanted.node, wanted.position};
  const auto added = asks_.add(key, {links.begin(), links.end()}, host_->loop().now() + timeout_);
  if (added == Asks::Added::Full) return unknown({key});
  if (added == Asks::Added::Already) return;
  for (auto* link : links) {
    link->send(Ask{wanted.node, wanted.position});
    link->flush();
  }
}

void Relay::asked(Link& link, const Ask& ask) {
  link.send(Answer{ask.node, ask.position, host_->journal().checkpointOf(ask.node, ask.position)});
  link.flush();
}

void Relay::answered(const Link& from, const Answer& answer) {
  const bool known =
      answer.checkpoint && answer.checkpoint->node == answer.node && answer.checkpoint->position <= answer.position;
  if (!asks_.answered({answer.node, answer.position}, &from, known)) return;
  if (known) {
    host_->bus().publish(CheckpointReceived{*answer.checkpoint});
  } else {
    unknown({{answer.node, answer.position}});
  }
}

void Relay::unknown(const std::vector<Asks::Key>& keys) {
  for (const auto& [node, position] : keys) host_->bus().publish(CheckpointUnknown{node, position});
}

void Relay::scheduleTick() {
  ticker_ = host_->loop().after(kTick, [this] { tick(); });
}

void Relay::tick() {
  const auto now = host_->loop().now();
  for (const auto& [key, reader] : readers_) reader->tick(now);
  for (const auto& feeder : feeders_) feeder->tick(now);
  acknowledged();
  unknown(asks_.expired(now));
  countLinks();
  followJournal();
  tellFed();
  tellHeld();
  tellMissing();
  std::uint64_t lag = 0;
  for (const auto& feeder : feeders_) lag = std::max(lag, feeder->lag());
  std::size_t queued = 0;
  for (const auto& feeder : feeders_) queued += feeder->link().pending();
  counters_->queued.set(static_cast<std::int64_t>(queued));
  counters_->lag.set(static_cast<std::int64_t>(lag));
  counters_->original_lag.set(static_cast<std::int64_t>(originalLag()));
  if (now - lag_told_ >= kLagEvery) {
    lag_told_ = now;
    for (const auto& feeder : feeders_) {
      if (feeder->state() == Feeder::State::Feeding) reportFeeder(*feeder, LinkChanged::State::Connected, {});
    }
    for (const auto& [key, reader] : readers_) reader->reportLag();
    takeWhatIsLacking();
  }
  scheduleTick();
}

void Relay::countLinks() {
  std::int64_t up = 0;
  for (const auto& [key, reader] : readers_) up += reader->up() ? 1 : 0;
  for (const auto& feeder : feeders_) up += feeder->up() ? 1 : 0;
  counters_->links.set(up);
}

void Relay::drain() {
  for (const auto& feeder : feeders_) {
    feeder->pump();
    feeder->sendCheckpoint();
  }
  for (const auto& [key, reader] : readers_) reader->appended();
}

/// Writes what can be written now; true once every peer has everything.
bool Relay::flushOnce() {
  bool done = true;
  for (const auto& feeder : feeders_) {
    feeder->link().flush();
    feeder->pump();
    done = done && feeder->caughtUp();
  }
  for (const auto& [key, reader] : readers_) {
    auto* poster = reader->poster();
    if (poster == nullptr) continue;
    poster->onReady(kReadable | kWritable);
    poster->pump();
    done = done && poster->settled();
  }
  return done;
}

void Relay::waitFor(short what) const {
  std::vector<pollfd> waits;
  for (const auto& feeder : feeders_) {
    if (feeder->link().open()) waits.push_back({feeder->link().fd(), what, 0});
  }
  for (const auto& [key, reader] : readers_) {
    const auto* poster = reader->poster();
    if (poster == nullptr || !poster->connected()) continue;
    waits.push_back({poster->fd(), static_cast<short>(poster->writing() ? POLLIN | POLLOUT : POLLIN), 0});
  }
  ::poll(waits.data(), waits.size(), kWaitMs);
}

void Relay::stop() {
  stopping_ = true;
  ticker_.cancel();
  subscriptions_.clear();
  appends_.cancel();
  for (const auto& [key, reader] : readers_) reader->leave();
  const auto deadline = Clock::now() + kFlushFor;
  while (!flushOnce() && Clock::now() < deadline) waitFor(POLLOUT);
  for (const auto& feeder : feeders_) feeder->leave();
  // Closing with unread bytes would reset the connection and lose what the peer has not read: it closes first.
  const auto open = [](const auto& feeder) { return feeder->link().open(); };
  while (std::any_of(feeders_.begin(), feeders_.end(), open) && Clock::now() < deadline) {
    waitFor(POLLIN);
    for (const auto& feeder : feeders_) feeder->link().discardInput();
  }
  alive_.reset();
  feeders_.clear();
  readers_.clear();
}

}  // namespace sse::relay
