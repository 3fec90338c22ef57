#include "transport/relay/feeder.h"

#include <algorithm>

#include "transport/relay/proof.h"

namespace sse::relay {
namespace {

constexpr std::size_t kDonationBytes = std::size_t{256} << 10;  // written in one go
constexpr std::size_t kFloorsPerFrame = 2048;                   // channels and identities together

}  // namespace

Feeder::Feeder(Hub& hub, Upgraded upgraded)
    : hub_(hub),
      remote_(std::move(upgraded.remote_address)),
      received_(std::move(upgraded.received)),
      certificate_(std::move(upgraded.certificate)),
      link_(hub.host().loop(), hub.counters(), *this, std::move(upgraded.stream)),
      since_(hub.host().loop().now()) {}

void Feeder::start() {
  link_.start(received_);
  received_.clear();
}

void Feeder::onFrame(Frame frame, const std::shared_ptr<const void>&) {
  if (auto* refusal = std::get_if<Refuse>(&frame)) return link_.fail("the peer refused: " + refusal->reason);
  if (state_ == State::Greeting) {
    if (auto* hello = std::get_if<Hello>(&frame)) return greeted(std::move(*hello));
  } else if (state_ == State::Proving) {
    if (auto* proof = std::get_if<Proof>(&frame)) return proven(*proof);
  } else if (auto* want = std::get_if<Want>(&frame)) {
    if (state_ == State::Linked) return wanted(*want);
  } else if (auto* ack = std::get_if<Ack>(&frame)) {
    acked_ = std::min(ack->count, sent_);
    acked_position_ = ack->position;
    return hub_.acknowledged();
  } else if (auto* ask = std::get_if<Ask>(&frame)) {
    return hub_.asked(link_, *ask);
  } else if (auto* answer = std::get_if<Answer>(&frame)) {
    return hub_.answered(link_, *answer);
  } else if (std::holds_alternative<Ping>(frame)) {
    return;
  }
  hub_.counters().refused.add();
  link_.fail("an unexpected frame came");
}

void Feeder::greeted(Hello hello) {
  theirs_ = std::move(hello);
  const auto& secret = hub_.host().node().cluster_secret;
  if (theirs_.version != kVersion) {
    return end("expected relay version " + std::to_string(kVersion) + ", got " + std::to_string(theirs_.version));
  }
  const auto refusal = hub_.tls().refusalOf(certificate_ ? &*certificate_ : nullptr);
  if (!refusal.empty()) return end(refusal);
  if (const auto closed = hub_.closed(); !closed.empty()) return end(closed);
  ours_ = hub_.hello();
  if (theirs_.ages) ours_.age = hub_.age().count();
  if (theirs_.roots) ours_.root = hub_.root();
  if (!secret.empty()) {
    if (!theirs_.secret) return end("cluster.secret is set here and not there");
    ours_.proof = proofOf(Side::Acceptor, secret, theirs_, ours_);
  }
  link_.send(ours_);
  state_ = State::Proving;
  if (secret.empty()) accepted();
  link_.flush();
}

void Feeder::proven(const Proof& proof) {
  const auto& secret = hub_.host().node().cluster_secret;
  if (!proves(proof.bytes, Side::Dialer, secret, theirs_, ours_)) return end("cluster.secret differs");
  accepted();
}

void Feeder::accepted() {
  state_ = State::Linked;
  link_.trust(kOfReader);
}

void Feeder::wanted(const Want& want) {
  state_ = State::Feeding;
  scope_ = want.scope;
  older_by_ = relay::olderBy(want.age, hub_.age());
  cursor_ = want.after;
  acked_position_ = want.after;
  own_wanted_ = hub_.source().journal().ownHead();
  wanted_at_ = hub_.source().journal().checkpoint();
  floors_sent_ = scope_ == Scope::Own;
  if (scope_ == Scope::All) donations_ = hub_.source().journal().checkpoints();
  was_fed_ = true;
  hub_.feeding(*this);
  pump();
}

bool Feeder::caughtUp() const {
  return state_ != State::Feeding || (filled_ && cursor_ >= hub_.source().journal().head() && link_.pending() == 0);
}

void Feeder::pump() {
  if (state_ != State::Feeding) return;
  while (link_.open() && link_.pending() == 0) {
    if (!filled_ && cursor_ >= wanted_at_.position) {
      finishFill();
      continue;
    }
    const auto batch = hub_.source().read(cursor_, scope_);
    if (batch->next == cursor_) break;
    cursor_ = batch->next;
    sent_ += batch->count;
    hub_.counters().events_sent.add(batch->count);
    link_.send(batch->frames);
    link_.flush();
  }
  if (link_.open()) hub_.acknowledged();
}

/// Sends a part of what ends the fill.
void Feeder::finishFill() {
  while (!floors_sent_ && link_.pending() < kDonationBytes) sendFloors();
  for (std::size_t bytes = link_.pending(); donated_ < donations_.size() && bytes < kDonationBytes; ++donated_) {
    const auto before = link_.pending();
    link_.send(CheckpointFrame{std::move(donations_[donated_])});
    bytes += link_.pending() - before;
  }
  if (floors_sent_ && donated_ == donations_.size()) {
    donations_ = {};
    donated_ = 0;
    link_.send(Filled{wanted_at_});
    filled_ = true;
    scope_ = Scope::Own;
  }
  link_.flush();
}

/// Sends a slice of the floors. They are read behind the last event: what fell away before it could be sent is in them.
void Feeder::sendFloors() {
  if (!floors_) {
    floors_ = hub_.source().journal().floors();
    std::erase_if(floors_->reached, [](const Identity& id) { return id.number > 0; });
    const auto then = reached();
    floors_->reached.insert(floors_->reached.end(), then.begin(), then.end());
  }
  auto& rest = floors_->channels;
  FloorsFrame part{{floors_->reached, floors_->everywhere, {}}};
  auto& slice = part.floors.channels;
  for (std::size_t identities = 0; !rest.empty() && slice.size() + identities < kFloorsPerFrame; rest.pop_back()) {
    identities += rest.back().second.size();
    slice.push_back(std::move(rest.back()));
  }
  link_.send(part);
  floors_sent_ = rest.empty();
  if (floors_sent_) floors_.reset();
}

/// What this node had of each origin when Want came. Of its own it is the number of an event, as others know it: that
/// of a position would seem to be lacking everywhere else once this node is gone.
std::vector<Identity> Feeder::reached() const {
  auto reached = wanted_at_.highest;
  const auto own = std::ranges::find(reached, ours_.tag, &Identity::origin);
  if (own != reached.end()) {
    own->number = own_wanted_;
  } else {
    reached.push_back({ours_.tag, own_wanted_});
  }
  return reached;
}

std::uint64_t Feeder::lag() const {
  if (state_ != State::Feeding) return 0;
  const auto head = hub_.source().journal().head();
  return (sent_ - acked_) + (head > cursor_ ? head - cursor_ : 0);
}

std::uint64_t Feeder::acknowledged() const { return sent_ == acked_ ? cursor_ : acked_position_; }

void Feeder::sendCheckpoint() {
  if (state_ != State::Feeding || !link_.open()) return;
  checkpoint_at_ = hub_.source().journal().head();
  send(hub_.checkpoint());
}

void Feeder::send(const std::shared_ptr<const std::string>& frame) {
  if (state_ != State::Feeding || !link_.open()) return;
  link_.send(frame);
  link_.flush();
}

void Feeder::tick(Clock::time_point now) {
  if (!link_.open()) return;
  if (!up()) {
    if (now - since_ > hub_.timeout()) link_.fail("no greeting in time");
    return;
  }
  if (now - link_.heard() > kSilentAfter) return link_.fail("nothing heard for 15 s");
  if (link_.pending() > 0) return;
  // Others' events raise the head without a word to transports: the cursor passes them here.
  pump();
  if (!link_.open() || link_.pending() > 0) return;
  const bool quiet = now - link_.said() >= kPingAfter;
  if (state_ == State::Feeding) {
    if (quiet || checkpoint_at_ != hub_.source().journal().head()) sendCheckpoint();
  } else if (quiet) {
    link_.send(Ping{});
    link_.flush();
  }
}

void Feeder::end(const std::string& reason) {
  link_.send(Refuse{reason});
  link_.flush();
  link_.fail(reason);
}

void Feeder::leave() {
  if (!up()) return link_.close();
  sendCheckpoint();
  link_.send(Refuse{std::string(kLeaving)});
  link_.flush();
}

void Feeder::onClosed(const std::string& reason) {
  const bool was_up = up();
  state_ = State::Closed;
  if (was_fed_) {
    hub_.host().log().write(Level::Info, "relay-feed-ended", "a peer no longer reads this node's events",
                            {{"peer", theirs_.name}, {"address", remote_}, {"reason", reason}});
  } else if (!was_up) {
    hub_.refused(remote_, reason);
  }
  hub_.down(*this);
}

void Feeder::close() {
  link_.close();
  state_ = State::Closed;
}

}  // namespace sse::relay
