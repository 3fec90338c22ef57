#include "transport/relay/feeder.h"

#include <algorithm>

#include "transport/relay/proof.h"

namespace sse::relay {
namespace {

constexpr std::size_t kDonationBytes = std::size_t{256} << 10;  // written in one go
constexpr std::size_t kFloorsPerFrame = 1024;

}  // namespace

Feeder::Feeder(Hub& hub, Upgraded upgraded)
    : hub_(hub),
      remote_(std::move(upgraded.remote_address)),
      received_(std::move(upgraded.received)),
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
  ours_ = hub_.hello();
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
  if (!sameProof(proof.bytes, proofOf(Side::Dialer, secret, theirs_, ours_))) return end("cluster.secret differs");
  accepted();
}

void Feeder::accepted() {
  state_ = State::Linked;
  link_.trust();
}

void Feeder::wanted(const Want& want) {
  state_ = State::Feeding;
  scope_ = want.scope;
  cursor_ = want.after;
  acked_position_ = want.after;
  wanted_at_ = hub_.source().journal().checkpoint();
  if (scope_ == Scope::All) {
    floors_ = hub_.source().journal().floors();
    donations_ = hub_.source().journal().checkpoints();
  }
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
    if (scope_ == Scope::All) noteLost(*batch);
    cursor_ = batch->next;
    sent_ += batch->count;
    hub_.counters().events_sent.add(batch->count);
    link_.send(batch->frames);
    link_.flush();
  }
  if (link_.open()) hub_.acknowledged();
}

/// Keeps the first event of each origin behind the newest lost entry: what is before it cannot be counted on.
void Feeder::noteLost(const FeedBatch& batch) {
  lost_ = std::max(lost_, batch.lost);
  std::erase_if(first_, [this](const First& first) { return first.position <= lost_; });
  for (const auto& fresh : batch.first) {
    const auto same = [&](const First& first) { return first.id.origin == fresh.id.origin; };
    if (std::none_of(first_.begin(), first_.end(), same)) first_.push_back(fresh);
  }
}

/// Sends a part of what ends the fill.
void Feeder::finishFill() {
  while (floors_ && link_.pending() < kDonationBytes) sendFloors();
  for (std::size_t bytes = link_.pending(); donated_ < donations_.size() && bytes < kDonationBytes; ++donated_) {
    const auto before = link_.pending();
    link_.send(CheckpointFrame{std::move(donations_[donated_])});
    bytes += link_.pending() - before;
  }
  if (!floors_ && donated_ == donations_.size()) {
    donations_ = {};
    donated_ = 0;
    if (lost_ > 0) sendLost();
    link_.send(Filled{wanted_at_});
    filled_ = true;
    scope_ = Scope::Own;
    first_ = {};
  }
  link_.flush();
}

void Feeder::sendFloors() {
  auto& rest = floors_->channels;
  const auto count = std::min(rest.size(), kFloorsPerFrame);
  const auto from = rest.end() - static_cast<std::ptrdiff_t>(count);
  link_.send(FloorsFrame{{ours_.tag, floors_->forgotten, {from, rest.end()}}});
  rest.erase(from, rest.end());
  if (rest.empty()) floors_.reset();
}

void Feeder::sendLost() {
  for (const auto& highest : wanted_at_.highest) {
    const auto same = [&](const First& first) { return first.id.origin == highest.origin; };
    const auto first = std::find_if(first_.begin(), first_.end(), same);
    const auto lost = first == first_.end() ? highest.number : first->id.number - 1;
    if (lost > 0) link_.send(Hole{{highest.origin, lost}});
  }
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
  link_.send(hub_.checkpoint());
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
  link_.send(Refuse{"the node is leaving"});
  link_.flush();
}

void Feeder::onClosed(const std::string& reason) {
  const bool was_up = up();
  state_ = State::Closed;
  if (was_up) {
    hub_.host().log().write(Level::Info, "relay-feed-ended", "a peer no longer reads this node's events",
                            {{"peer", theirs_.name}, {"address", remote_}, {"reason", reason}});
  } else {
    hub_.refused(remote_, reason);
  }
  hub_.down(*this);
}

void Feeder::close() {
  link_.close();
  state_ = State::Closed;
}

}  // namespace sse::relay
